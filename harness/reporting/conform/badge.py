"""Badges: what shields.io reads from an endpoint, one JSON object for each target.

Source: shields.io, "Endpoint Badge". A badge counts scenarios, not cells, and says how many failed, and how many said
nothing, beside how many passed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.reporting.conform.format import ConformFormat
from harness.reporting.conform.json import dumped
from harness.reporting.conform.wording import TARGET_STATUS, counted, shown
from harness.results.result import CellStatus
from harness.results.summary import summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.results.result import Result
    from harness.results.summary import TargetSummary

_TOLD: Final = {
    CellStatus.WARNED: "warned",
    CellStatus.FAILED: "failed",
    CellStatus.EXPECTED: "expected",
    CellStatus.NOT_EXERCISED: "not exercised",
    CellStatus.UNSUPPORTED: "unsupported",
    CellStatus.HARNESS_FAULT: "with harness faults",
}


def badges(result: Result) -> dict[str, str]:
    """The JSON of each target's badge, by the target's name; a file of each is what an endpoint serves."""
    return {one.target.name: dumped(_badge(one)) + "\n" for one in summary(result)}


def written(result: Result) -> Iterator[str]:
    """Every target's, a line each, in the order of the result."""
    yield from badges(result).values()


def _badge(one: TargetSummary) -> dict[str, object]:
    message, colour = _message(one)
    version = f" {one.target.version}" if one.target.version else ""
    return {
        "schemaVersion": 1,
        "label": shown(f"{one.target.name}{version}"),
        "message": message,
        "color": colour,
    }


def _message(one: TargetSummary) -> tuple[str, str]:
    counts = one.by_scenario
    if not counts.total:
        return TARGET_STATUS.get(one.target.status, "not run"), "lightgrey"
    parts = [f"{counts[CellStatus.PASSED]:,} of {counted(counts.total, 'scenario')} passed"]
    parts += [f"{counts[status]:,} {word}" for status, word in _TOLD.items() if counts[status]]
    if one.target.status != "ran":
        parts.append(TARGET_STATUS.get(one.target.status, "not finished"))
    return ", ".join(parts), _colour(one, counts[CellStatus.PASSED] + counts[CellStatus.WARNED])


def _colour(one: TargetSummary, passed: int) -> str:
    counts = one.by_scenario
    if counts[CellStatus.FAILED]:
        return "red"
    if one.target.status != "ran" or counts[CellStatus.HARNESS_FAULT] or not passed:
        return "lightgrey"
    if passed < counts.total:
        return "yellow"
    return "brightgreen" if not counts[CellStatus.WARNED] else "green"


FORMAT = ConformFormat("badge", "shields.io endpoints, one a target", "conform.badge.json", written)
