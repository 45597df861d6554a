"""Conformance results to stdout and to files, for the commands that have one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.reporting.conform.format import ConformFormat
    from harness.results.result import Result

TEXT: Final = "text"
_HTML: Final = "html"


class Wanted(NamedTuple):
    """What is to be written.

    Args:
        stdout: The format that goes there.
        files: Formats, each with its file.
        html: Further files for the HTML, which needs the recordings.
    """

    stdout: ConformFormat
    files: tuple[tuple[ConformFormat, Path], ...]
    html: tuple[Path, ...] = ()

    @property
    def is_prose(self) -> bool:
        """Whether stdout is for people."""
        return self.stdout.name == TEXT


def wanted(given: Sequence[str]) -> Wanted:
    """Read what `--format` was given: `FORMAT` for stdout, `FORMAT=FILE` for a file.

    Raises:
        UsageError: Two formats are to go to stdout, or HTML is.
        UnknownName: There is no such format.
    """
    from harness.errors import UnknownName
    from harness.reporting.conform.registry import conform_format_named, conform_formats

    stdout: list[ConformFormat] = []
    files: list[tuple[ConformFormat, Path]] = []
    html: list[Path] = []
    for word in given:
        name, equals, file = word.partition("=")
        if equals and not file:
            raise click.UsageError(f"--format {word} names no file")
        if name == _HTML:
            if not equals:
                raise click.UsageError(
                    "the HTML goes to a file: --format html=FILE, or report.html in -o DIR"
                )
            html.append(Path(file))
        elif name not in conform_formats():
            raise UnknownName("format", name, [*conform_formats(), _HTML], where="--format")
        elif equals:
            files.append((conform_format_named(name), Path(file)))
        else:
            stdout.append(conform_format_named(name))
    if len(stdout) > 1:
        names = " and ".join(one.name for one in stdout)
        raise click.UsageError(f"{names} cannot both go to stdout: write --format {stdout[-1].name}=FILE")
    return Wanted(stdout[0] if stdout else conform_format_named(TEXT), tuple(files), tuple(html))


def refuse_unwritable(wanted: Wanted, folder: Path | None) -> None:
    """Find out before the work begins whether its results can be written.

    Raises:
        FileAccessError: They cannot.
    """
    from harness.conforming.files import RESULT
    from harness.jobs import output

    if folder is not None:
        output.refuse_unwritable(folder / RESULT)
    for path in (*(path for _, path in wanted.files), *wanted.html):
        output.refuse_unwritable(path, hint="name another file")


def write_files(result: Result, wanted: Wanted, *, beside: Path, redact_content: bool) -> None:
    """Write the formats that go to files.

    Args:
        result: What is told.
        wanted: Which formats.
        beside: Where the recordings lie.
        redact_content: Hide what messages say in HTML.

    Raises:
        FileAccessError: One cannot be written.
    """
    from harness.conforming.files import exchanges_in
    from harness.io.files import write_text

    for form, path in wanted.files:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, "".join(form.written(result)))
    for path in wanted.html:
        from harness.reporting.conform.html import html

        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, html(result, exchanges_in(beside), redact_content=redact_content))


def print_report(result: Result, wanted: Wanted) -> None:
    """Write the format that goes to stdout."""
    from harness.cli import colour
    from harness.cli.folding import folded
    from harness.reporting.conform import text

    pieces: Iterable[str]
    if wanted.is_prose:
        pieces = text.written(result, styled=colour.wanted(sys.stdout))
        if sys.stdout is not None and sys.stdout.isatty():
            width = colour.width()
            pieces = (folded(piece, width) for piece in pieces)
    else:
        pieces = wanted.stdout.written(result)
    for piece in pieces:
        click.echo(piece, nl=False)
