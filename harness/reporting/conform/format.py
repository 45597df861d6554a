"""What a format of conformance reports is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from harness.results.result import Result


class ConformFormat(NamedTuple):
    """A pure function from a result to text, and what it is called.

    Args:
        name: As `--format` takes it.
        summary: What it is, in one phrase.
        file: What a file of it is called, where nobody says otherwise.
        written: The report in pieces; whole lines, or parts of one.
    """

    name: str
    summary: str
    file: str
    written: Callable[[Result], Iterable[str]]
