"""Text for people: one paragraph a finding, nothing for what is well, and the counts."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.checking.report import Status
from harness.checking.telling import Telling
from harness.reporting.format import Format

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.checking.report import Stale, Totals, Verdict
    from harness.reporting.format import Heading

_RULE = re.compile(r"(?P<rule>[A-Z]+(?:-[A-Z0-9]+)+ \S*)  \((?P<severity>error|warning|info)\)")
_COUNTS = re.compile(r"[0-9,]+ exchanges?: ")
_RESET, _BOLD, _DIM = "\x1b[0m", "\x1b[1m", "\x1b[2m"
_COLOURS = {"error": "\x1b[31m", "warning": "\x1b[33m", "info": "\x1b[36m"}


class Text(Format):
    """What a terminal shows."""

    name = "text"
    summary = "text for people"

    def __init__(self, heading: Heading, *, styled: bool = False) -> None:
        super().__init__(heading, styled=styled)
        self._telling = Telling()

    def verdict(self, verdict: Verdict) -> Iterator[str]:
        """Its findings, or why there is nothing to judge; what could not be read goes to stderr."""
        shown = verdict if verdict.obstacle is None else replace(verdict, obstacle=None)
        yield from (self._styled(line) + "\n" for line in self._telling.verdict(shown))

    def end(self, totals: Totals, stale: Sequence[Stale]) -> Iterator[str]:
        """Stale entries of the baseline, the rules that were broken, and the counts."""
        bad = totals.statuses[Status.FAILED] or totals.statuses[Status.UNREADABLE] or stale
        for line in self._telling.end(totals, stale):
            if self.styled and _COUNTS.match(line):
                yield f"{_COLOURS['error'] if bad else _BOLD}{line}{_RESET}\n"
            else:
                yield self._styled(line) + "\n"

    def _styled(self, line: str) -> str:
        if not self.styled:
            return line
        if line.startswith("  harness rule "):
            return f"{_DIM}{line}{_RESET}"
        if line.startswith("  "):
            return line
        return _RULE.sub(_coloured, line, count=1)


def _coloured(found: re.Match[str]) -> str:
    severity = found["severity"]
    return f"{_COLOURS[severity]}{_BOLD}{found['rule']}{_RESET}  {_COLOURS[severity]}({severity}){_RESET}"
