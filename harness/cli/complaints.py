"""Errors as the user sees them: all in one form, the command line's own and those of the product."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from harness.errors import FileAccessError, HarnessError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.jsonvalue import JsonValue


_OUTPUT_REFUSALS = frozenset({errno.ENOSPC, errno.EIO, errno.EBADF})


class Complaints:
    """Says errors while the work goes on, and keeps the exit code: of several the highest.

    Attributes:
        code: The exit code so far.
    """

    def __init__(self) -> None:
        self.code = 0

    def raise_to(self, code: int) -> None:
        """The exit code is at least this."""
        self.code = max(self.code, code)

    def say(self, error: HarnessError) -> None:
        """Say an error on stderr, and count it."""
        click.echo(str(error), err=True)
        self.raise_to(error.exit_code)

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Say what is raised inside, and go on behind the block."""
        try:
            yield
        except HarnessError as error:
            self.say(error)


def as_data(error: HarnessError) -> dict[str, JsonValue]:
    """An error for machine formats."""
    return {
        "code": error.code,
        "message": error.message,
        "where": error.where,
        "expected": error.expected,
        "found": error.found,
        "hint": error.hint,
    }


def translated(error: click.ClickException) -> UsageError:
    """What click complains about, in the form of this product's errors."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    where = context.command_path if context else "harness"
    hint = f"`{where} --help` says what can be given"
    if isinstance(error, click.NoSuchOption):
        close = error.possibilities
        return UsageError(
            f"there is no option {error.option_name!r}",
            where=where,
            hint=f"did you mean {close[0]!r}?" if close else hint,
        )
    if isinstance(error, click.MissingParameter):
        what = error.param.get_error_hint(context) if error.param and context else error.param_hint
        return UsageError(f"{str(what).replace(chr(39), '')} is missing", where=where, hint=hint)
    if isinstance(error, click.BadOptionUsage) and context is None:
        return UsageError(_sentence(error.message))
    if isinstance(error, click.BadParameter):
        return UsageError(_about(error), where=_place(error, context) or where, hint=hint)
    return UsageError(_sentence(error.format_message()), where=where, hint=hint)


def _place(error: click.BadParameter, context: click.Context | None) -> str | None:
    """The option or argument; where its value comes from pyproject.toml, that."""
    parameter = error.param
    if parameter is None or context is None:
        return None
    place = parameter.get_error_hint(context).replace("'", "")
    if parameter.name and context.get_parameter_source(parameter.name) is ParameterSource.DEFAULT_MAP:
        table = ".".join(["tool", *context.command_path.split()])
        return f"pyproject.toml [{table}], {place.lstrip('-')}"
    return place


def _about(error: click.BadParameter) -> str:
    kind = error.param.type if error.param else None
    given, _, what = error.message.partition(" is not ")
    if isinstance(kind, click.IntRange) and what:
        return f"{given} is no whole number of {kind.min} or more"
    return _sentence(error.message)


def _sentence(text: str) -> str:
    """Click's messages as this product writes its own: no capital, no full stop."""
    text = " ".join(text.split()).removesuffix(".")
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


class InternalError(HarnessError):
    """Something that nobody expected: a defect of this product."""

    code = "internal-error"


def told(error: Exception) -> HarnessError:
    """Any exception in the form of this product's errors."""
    if isinstance(error, HarnessError):
        return error
    if isinstance(error, click.ClickException):
        return translated(error)
    if isinstance(error, OSError) and error.filename is not None:
        return FileAccessError(
            "the system refused",
            where=str(error.filename),
            found=error.strerror,
            hint="is it there, and is it yours?",
        )
    if isinstance(error, OSError) and error.errno in _OUTPUT_REFUSALS:
        return FileAccessError(
            "the output cannot be written",
            where="standard output",
            found=error.strerror,
            hint="is the disk full?",
        )
    return InternalError(
        f"{type(error).__name__}: {error}",
        hint="this is a defect of harness; HARNESS_TRACEBACK=1 shows where it happened",
    )
