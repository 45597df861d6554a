"""What the commands share: `-- COMMAND`, listening addresses, match options, waiting for the user."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    _AddressType = click.ParamType[tuple[str, int]]
else:
    _AddressType = click.ParamType  # older releases of click cannot be subscripted


class WithCommand(click.Command):
    """A command that may be followed by `-- COMMAND ...`, which its function gets as the tuple `command`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Cut the user's command off before click reads the options."""
        command: tuple[str, ...] = ()
        if "--" in args:
            cut = args.index("--")
            args, command = args[:cut], tuple(args[cut + 1 :])
            if not command:
                raise click.UsageError("a command must stand after --", ctx)
        self._refuse_repeats(ctx, args)
        rest = super().parse_args(ctx, args)
        ctx.params["command"] = command
        return rest

    def _refuse_repeats(self, ctx: click.Context, args: list[str]) -> None:
        """Click lets the last of two `--fault` win in silence; whoever wrote both meant both."""
        given = [arg.partition("=")[0] for arg in args]
        for parameter in self.params:
            if isinstance(parameter, click.Option) and not (parameter.multiple or parameter.is_flag):
                times = sum(given.count(name) for name in parameter.opts)
                if times > 1:
                    message = f"{parameter.opts[-1]} is given {times} times; it takes one value"
                    raise click.UsageError(message, ctx)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Show it in the usage line."""
        return [*super().collect_usage_pieces(ctx), "[-- COMMAND ...]"]


class Address(_AddressType):
    """`HOST:PORT`, `:PORT` or `PORT`; the host is 127.0.0.1 where none is given."""

    name = "HOST:PORT"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        """Read one address."""
        if isinstance(value, tuple):
            return value
        host, _, port = str(value).rpartition(":")
        if not (port.isascii() and port.isdecimal()) or int(port) > 65_535:
            self.fail(f"{value!r} is no address: write 127.0.0.1:8080, or 0 for a free port", param, ctx)
        return host.strip("[]") or "127.0.0.1", int(port)


def listen_option(default: str = "127.0.0.1:0") -> Callable[[Any], Any]:
    """`--listen`."""
    return click.option(
        "--listen",
        type=Address(),
        default=default,
        show_default=True,
        help="Where to listen; port 0 takes a free one.",
    )


def match_options(function: Any) -> Any:
    """The options that say what makes a live request equal to a recorded one."""
    options = (
        click.option(
            "--repeats",
            type=click.Choice(["strict", "last", "cycle"]),
            default="strict",
            show_default=True,
            help="What answers a request whose recordings have all been played: nothing, the last, or the first again.",
        ),
        click.option(
            "--body",
            type=click.Choice(["canonical", "raw", "ignore"]),
            default="canonical",
            show_default=True,
            help="How request bodies are compared.",
        ),
        click.option(
            "--normalise",
            "normalisers",
            multiple=True,
            metavar="NAME",
            help="Level something out; see docs/matching.md.",
        ),
        click.option(
            "--ignore",
            multiple=True,
            metavar="POINTER",
            help="A JSON pointer into the request body that does not count.",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


@contextmanager
def until_interrupted() -> Iterator[threading.Event]:
    """An event that is set by Ctrl-C or, where the system has it, a request to terminate or a terminal that closes.

    A signal that the process was started to ignore (`nohup`, `&` in a script) stays ignored.
    """
    event = threading.Event()
    before: dict[int, Any] = {}
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        # Signals can be handled on the main thread alone; elsewhere whoever called must end the command.
        if number is not None and threading.current_thread() is threading.main_thread():
            handler = signal.getsignal(number)
            if handler is not signal.SIG_IGN:
                before[number] = handler
                signal.signal(number, lambda *_: event.set())
    try:
        yield event
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def wait(event: threading.Event) -> None:
    """Wait for an event in a way that Ctrl-C can end on every platform."""
    while not event.wait(0.5):
        pass


def warn_of_strangers(host: str) -> None:
    """Say who else can use a server that does not listen on a loopback address."""
    from ipaddress import ip_address

    try:
        private = ip_address(host).is_loopback
    except ValueError:
        private = host == "localhost" or host.endswith(".localhost")
    if not private:
        note(f"whoever reaches this machine can use this server: it listens on {host}")


def note(text: str) -> None:
    """Prose for the user, on stderr. Nobody may be listening any more."""
    with contextlib.suppress(OSError, ValueError):
        click.echo(text, err=True)


def read_once(names: Sequence[str]) -> None:
    """Refuse `-` twice.

    Raises:
        UsageError: Standard input is named more than once.
    """
    if names.count("-") > 1:
        from harness.errors import UsageError

        raise UsageError(
            "standard input can be read once", found="- twice", hint="write one of them to a file"
        )


def standard_input(path: str | Path) -> bytes | None:
    """What standard input gives, where `path` names it (`-`); else None."""
    if path != "-":
        return None
    return b"" if sys.stdin is None else sys.stdin.buffer.read()
