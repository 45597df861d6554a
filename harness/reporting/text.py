"""Text for people: one paragraph a finding, nothing for what is well, and the counts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.checking.report import Status
from harness.checking.telling import stale_lines, summary_lines, verdict_lines
from harness.reporting.format import Format

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.checking.report import Stale, Totals, Verdict

_RULE = re.compile(r"(?P<rule>[A-Z]+(?:-[A-Z0-9]+)+ \S*)  \((?P<severity>error|warning|info)\)")
_RESET, _BOLD, _DIM = "\x1b[0m", "\x1b[1m", "\x1b[2m"
_COLOURS = {"error": "\x1b[31m", "warning": "\x1b[33m", "info": "\x1b[36m"}


class Text(Format):
    """What a terminal shows."""

    name = "text"
    summary = "text for people"

    def verdict(self, verdict: Verdict) -> Iterator[str]:
        """Its findings, or why there is nothing to judge; what could not be read goes to stderr."""
        if verdict.obstacle is None:
            yield from (self._styled(line) + "\n" for line in verdict_lines(verdict))

    def end(self, totals: Totals, stale: Sequence[Stale]) -> Iterator[str]:
        """Stale entries of the baseline, and the counts."""
        for one in stale:
            yield from (line + "\n" for line in stale_lines(one))
        bad = totals.statuses[Status.FAILED] or totals.statuses[Status.UNREADABLE] or stale
        for line in summary_lines(totals):
            yield (f"{_COLOURS['error'] if bad else _BOLD}{line}{_RESET}" if self.styled else line) + "\n"
            bad = 0

    def _styled(self, line: str) -> str:
        if not self.styled:
            return line
        if found := _RULE.fullmatch(line):
            severity = found["severity"]
            return f"{_COLOURS[severity]}{_BOLD}{found['rule']}{_RESET}  {_COLOURS[severity]}({severity}){_RESET}"
        if line.startswith("  harness rule "):
            return f"{_DIM}{line}{_RESET}"
        return line
