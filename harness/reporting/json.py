"""One JSON object, as specs/report.schema.json describes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from harness.reporting.format import Format
from harness.reporting.members import summary_members, verdict_members

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.checking.report import Stale, Totals, Verdict


class Json(Format):
    """`{"harness", "profile", "inputs": [...], "summary"}`, one input a line."""

    name = "json"
    summary = "one JSON object, of the published schema"

    _separator = ""

    def begin(self) -> Iterator[str]:
        """The object up to its list of inputs."""
        yield f'{{"harness":{json.dumps(self.heading.harness)},"profile":{json.dumps(self.heading.profile)},"inputs":['

    def verdict(self, verdict: Verdict) -> Iterator[str]:
        """One element of the list, on its own line."""
        yield f"{self._separator}\n{dumped(verdict_members(verdict))}"
        self._separator = ","

    def end(self, totals: Totals, stale: Sequence[Stale]) -> Iterator[str]:
        """The counts."""
        yield f'\n],"summary":{dumped(summary_members(totals, stale))}}}\n'


def dumped(members: object) -> str:
    """Compact JSON in ASCII, so that lone surrogates and every terminal's character set are no obstacle."""
    return json.dumps(members, separators=(",", ":"))
