"""A click group that imports a command when it is run, and says what an unknown one may have meant.

`harness --help` must start at once, so the table below holds the summaries too; a test holds them against the commands.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import click

from harness.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class ReaderGone(Exception):
    """What reads our output closed it (`| head`). It gets past click, which would make an exit code of 1 of it."""


class LazyGroup(click.Group):
    """A group whose commands are named by module.

    Args:
        lazy: Command name to (module, summary); the module has the command as its attribute `command`.
    """

    def __init__(self, *args: Any, lazy: Mapping[str, tuple[str, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lazy = dict(lazy or {})

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, in the order of the table, which is the order in which people need them."""
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command."""
        if cmd_name not in self.lazy:
            return None
        command = import_module(self.lazy[cmd_name][0]).command
        return cast("click.Command", command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the table of commands without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in self.lazy.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one may have been meant."""
        if args and args[0] not in self.lazy and not args[0].startswith("-"):
            error = UnknownName("command", args[0], self.lazy, where=ctx.command_path)
            error.hint = error.hint or self._deeper(args[0], ctx)
            raise error
        return super().resolve_command(ctx, args)

    def _deeper(self, name: str, ctx: click.Context) -> str | None:
        """A command of that name in one of the groups of this group."""
        for own in self.lazy:
            group = self.get_command(ctx, own)
            if isinstance(group, LazyGroup) and (close := get_close_matches(name, group.lazy, n=1)):
                return f"did you mean '{own} {close[0]}'?"
        return None

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Read the arguments; `--help` writes already here."""
        with _reader_watched():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        with _reader_watched():
            return super().invoke(ctx)


@contextmanager
def _reader_watched() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # Windows says EINVAL where others say EPIPE.
        on_windows = sys.platform == "win32" and error.errno == 22 and error.filename is None
        if isinstance(error, BrokenPipeError) or on_windows:
            raise ReaderGone from error
        raise
