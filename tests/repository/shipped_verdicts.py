"""What the checker says of every shipped recording, as it was last looked through.

`python -m tests.repository.shipped_verdicts` writes the table anew. Its difference is the review: each line that is
new must be true of the bytes, and each that is gone must have been false.
"""

from __future__ import annotations

import json

from harness import bundled
from harness.jobs.check import check
from tests.repository.checkout import ROOT

TABLE = ROOT / "tests" / "repository" / "shipped_verdicts.json"
SUFFIX = ".cassette.jsonl"

Verdicts = dict[str, dict[str, int]]
"""By recording (`server/dialect/scenario`, and ` exchange N` from the second on): how many findings a rule has,
repeats as one, by `RULE severity`."""


def judged() -> Verdicts:
    """The verdicts of this checkout."""
    folder = bundled.folder("cassettes")
    found: Verdicts = {}
    for verdict in check(folder).inputs:
        assert verdict.obstacle is None, verdict
        name = verdict.source.replace("\\", "/").rpartition("cassettes/")[2].removesuffix(SUFFIX)
        counts: dict[str, int] = {}
        for finding in verdict.findings:
            key = f"{finding.rule} {finding.severity.value}"
            counts[key] = counts.get(key, 0) + 1
        found[f"{name} exchange {verdict.exchange}" if verdict.exchange else name] = counts
    return found


def written(verdicts: Verdicts) -> str:
    """The table as it is committed: one finding a line, so that a difference can be read."""
    return json.dumps(verdicts, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    TABLE.write_text(written(judged()), encoding="utf-8")
