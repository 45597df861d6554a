"""What a format of reports is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from harness.checking.report import Report, Stale, Totals, Verdict


class Heading(NamedTuple):
    """What is known before the first verdict.

    Args:
        harness: Version of this product.
        profile: Name of the profile.
    """

    harness: str
    profile: str


class Format(ABC):
    """Writes one report, verdict by verdict, so that a report over a gigabyte needs no memory.

    Class attributes:
        name: As `--format` takes it.
        summary: What it is, in one phrase.

    Args:
        heading: What is known before the first verdict.
        styled: Whether it goes to a terminal that shows colours; formats for programs do not ask.
    """

    name: ClassVar[str]
    summary: ClassVar[str]

    def __init__(self, heading: Heading, *, styled: bool = False) -> None:
        self.heading = heading
        self.styled = styled

    def begin(self) -> Iterable[str]:
        """What stands before the first verdict. Every piece of text is whole lines or a part of one, as it comes."""
        return ()

    @abstractmethod
    def verdict(self, verdict: Verdict) -> Iterable[str]:
        """What one verdict adds."""

    @abstractmethod
    def end(self, totals: Totals, stale: Sequence[Stale]) -> Iterable[str]:
        """What stands after the last verdict."""


def written(report: Report, form: type[Format], *, harness: str, styled: bool = False) -> Iterator[str]:
    """A whole report in a format, in pieces."""
    writer = form(Heading(harness, report.profile), styled=styled)
    yield from writer.begin()
    for verdict in report.inputs:
        yield from writer.verdict(verdict)
    yield from writer.end(report.totals, report.stale)
