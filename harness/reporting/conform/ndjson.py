"""JSON lines: a line that says what this is, one each target and cell, and a last line with all else.

Every line has a member `line`: "result", "target", "cell" or "end". The last line is there only where the report is
whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from harness.reporting.conform.format import ConformFormat
from harness.reporting.conform.json import dumped
from harness.results.summary import summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.results.result import Result


def written(result: Result) -> Iterator[str]:
    """Line by line."""
    yield _line("result", schema=result.schema, run=msgspec.to_builtins(result.run))
    for target in result.targets:
        yield _line("target", **msgspec.to_builtins(target))
    for cell in result.cells:
        yield _line("cell", **msgspec.to_builtins(cell))
    yield _line(
        "end",
        counts={
            one.target.name: {status.value: one.cells[status] for status in one.cells.counts}
            for one in summary(result)
        },
        scenarios=msgspec.to_builtins(result.scenarios),
        rules=msgspec.to_builtins(result.rules),
        stale=msgspec.to_builtins(result.stale),
        strays=result.strays,
        changes=msgspec.to_builtins(result.changes),
    )


def _line(line: str, **members: object) -> str:
    # Not "kind": a target has that already.
    return dumped({"line": line, **members}) + "\n"


FORMAT = ConformFormat(
    "ndjson", "one JSON object a line: targets, cells, the rest", "conform.ndjson", written
)
