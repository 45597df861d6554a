"""Holding cells against a baseline: what is known and accepted is expected, and what is no longer true is stale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from harness.checking.fingerprints import fingerprint_of
from harness.checking.report import Verdict
from harness.findings import Severity
from harness.results.result import Cell, CellStatus, Finding, Stale

if TYPE_CHECKING:
    from harness.checking.baseline import Baseline
    from harness.conforming.judge import Ruled

_SILENT: Final = frozenset({CellStatus.HARNESS_FAULT, CellStatus.NOT_EXERCISED, CellStatus.UNSUPPORTED})
_JUDGED: Final = frozenset({CellStatus.FAILED, CellStatus.WARNED})


def accepted(ruled: Ruled, baseline: Baseline) -> Cell:
    """The cell with what the baseline expects marked as expected, and its status made of the rest.

    The source of an entry is a pattern of the cell's id. A cell that says nothing makes no entry stale.
    """
    cell = ruled.cell
    if cell.status in _SILENT and not ruled.blamed:
        return cell
    verdict = baseline.sort_out(Verdict(source=cell.id, findings=ruled.blamed))
    if not verdict.expected:
        return cell
    # An entry means a rule and a subject, and so does a fingerprint: what it matches once it matches always.
    expected = {(one.rule, one.subject) for one in verdict.expected}
    left = [one.severity for one in ruled.blamed if (one.rule, one.subject) not in expected]
    prints = {fingerprint_of(*one) for one in expected}
    return msgspec.structs.replace(
        cell,
        status=_status(cell, left),
        findings=tuple(_marked(one, prints) for one in cell.findings),
    )


def _marked(one: Finding, prints: set[str]) -> Finding:
    if one.origin == "upstream" or one.fingerprint not in prints:
        return one
    return msgspec.structs.replace(one, is_expected=True)


def _status(cell: Cell, left: list[Severity]) -> CellStatus:
    # What failed with a reason hung or hung up: no finding stands for that, so no entry can.
    if cell.status not in _JUDGED or cell.reason is not None or Severity.ERROR in left:
        return cell.status
    return CellStatus.WARNED if Severity.WARNING in left else CellStatus.EXPECTED


def stale_entries(baseline: Baseline) -> tuple[Stale, ...]:
    """The entries that are no longer true."""
    return tuple(Stale(entry=one.entry, reason=one.why) for one in baseline.stale())
