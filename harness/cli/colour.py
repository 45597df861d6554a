"""Colour for people: only on a terminal, and never where NO_COLOR is set (https://no-color.org)."""

from __future__ import annotations

import os
import re
import shutil
import sys
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from collections.abc import Callable

PLAIN_WIDTH = 100
"""Columns where nobody's terminal says how many there are, so that files and pipes get the same everywhere."""

_GOOD_END = "    complete"
_BAD_ENDS = tuple(
    f"    {text}"
    for text in (
        "the server closed",
        "the connection broke",
        "the client",
        "the recording stops",
        "no response",
        "cannot be drawn",
    )
)
_EVENT = re.compile(r"    (?P<clock> *[\d,]+\.\d  [ ▏▎▍▌▋▊▉█]{8}  )?(?P<place> *\d+  [=\d-]+ +)(?P<text>.*)")


def wanted(stream: TextIO | None) -> bool:
    """Whether a stream is a terminal that may be coloured."""
    return (
        stream is not None
        and stream.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )


def width() -> int:
    """Columns of the terminal that stdout is; `PLAIN_WIDTH` where it is none."""
    if sys.stdout is not None and sys.stdout.isatty():
        return max(40, shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns)
    return PLAIN_WIDTH


def painter(paint: Callable[[str], str]) -> Callable[[str], str]:
    """What to send a line through before it goes to stdout: `paint` on a terminal, nothing elsewhere."""
    return paint if wanted(sys.stdout) else str


def drawing(line: str) -> str:
    """Colour one line of a drawn recording (see `harness.cassettes.drawing`)."""
    if line.startswith("#"):
        return click.style(line, bold=True)
    if line.startswith(_GOOD_END):
        return click.style(line, fg="green")
    if line.startswith(_BAD_ENDS):
        return click.style(line, fg="yellow")
    if found := _EVENT.fullmatch(line):
        text = found["text"]
        shown = click.style(text, fg="cyan") if text.startswith("[DONE]") else text
        return "    " + click.style((found["clock"] or "") + found["place"], dim=True) + shown
    return line


def difference(line: str) -> str:
    """Colour one line of told differences, as `diff` does."""
    if line.startswith(("---", "  - ")):
        return click.style(line, fg="red")
    if line.startswith(("+++", "  + ")):
        return click.style(line, fg="green")
    return line
