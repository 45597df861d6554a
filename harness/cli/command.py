"""What the commands share: `-- COMMAND`, listening addresses, match options, waiting for the user."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


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
        rest = super().parse_args(ctx, args)
        ctx.params["command"] = command
        return rest

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Show it in the usage line."""
        return [*super().collect_usage_pieces(ctx), "[-- COMMAND ...]"]


class Address(click.ParamType):
    """`HOST:PORT`, `:PORT` or `PORT`; the host is 127.0.0.1 where none is given."""

    name = "HOST:PORT"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        """Read one address."""
        if isinstance(value, tuple):
            return value
        host, _, port = str(value).rpartition(":")
        if not port.isdecimal() or int(port) > 65_535:
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
    for option in (
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
    ):
        function = option(function)
    return function


@contextmanager
def until_interrupted() -> Iterator[threading.Event]:
    """An event that is set by Ctrl-C or, where the system has it, a request to terminate."""
    event = threading.Event()
    names = [name for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), lambda *_: event.set()) for name in names}
    try:
        yield event
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def wait(event: threading.Event) -> None:
    """Wait for an event in a way that Ctrl-C can end on every platform."""
    while not event.wait(0.5):
        pass


def note(text: str) -> None:
    """Prose for the user, on stderr."""
    click.echo(text, err=True)
