"""JSON lines: one input a line, as it is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.reporting.format import Format
from harness.reporting.json import dumped
from harness.reporting.members import summary_members, verdict_members

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.checking.report import Stale, Totals, Verdict


class Ndjson(Format):
    """One input a line, of the same shape as in the JSON report; the last line is `{"summary": ...}`."""

    name = "ndjson"
    summary = "one JSON object an exchange, a line each, and a last line with the counts"

    def verdict(self, verdict: Verdict) -> Iterator[str]:
        """A line."""
        yield dumped(verdict_members(verdict)) + "\n"

    def end(self, totals: Totals, stale: Sequence[Stale]) -> Iterator[str]:
        """The last line."""
        yield dumped({"summary": summary_members(totals, stale)}) + "\n"
