"""What became of each fault between an earlier run and a later one.

A fault is fixed only where its cell says so: a cell that was not played again, or that was played and not exercised,
proves nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.results.result import CellStatus, Change, ChangeKind
from harness.results.summary import SILENT, is_blamed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.results.result import Cell, Result

ORDER: Final = (ChangeKind.NEW, ChangeKind.UNKNOWN, ChangeKind.STILL_FAILING, ChangeKind.FIXED)
"""As they are told: what somebody has to look at comes first."""


_SEVERITIES: Final = {CellStatus.FAILED: "error", CellStatus.WARNED: "warning"}


def differences(before: Result, after: Result) -> tuple[Change, ...]:
    """What differs, by cell and rule, in the targets that both have.

    Errors and warnings that the target is to blame for count, whether a baseline expects them or not. Cells that only
    one of the runs has are compared where they were found faulty; a later run of fewer scenarios is no news otherwise.

    Args:
        before: The earlier run.
        after: The later run.

    Returns:
        Changes in the order of `ORDER`, and in the order of the later run's cells.
    """
    shared = {one.name for one in before.targets} & {one.name for one in after.targets}
    earlier = {one.id: one for one in before.cells if one.target in shared}
    later = {one.id: one for one in after.cells if one.target in shared}
    found = [
        change
        for id_ in dict.fromkeys((*later, *earlier))
        for change in _of_cell(id_, earlier.get(id_), later.get(id_))
    ]
    return tuple(sorted(found, key=lambda one: ORDER.index(one.kind)))


def _of_cell(id_: str, before: Cell | None, after: Cell | None) -> Iterator[Change]:
    was, now = _faults(before), _faults(after)

    def change(kind: ChangeKind, rule: str | None, severity: str | None, message: str) -> Change:
        return Change(
            kind=kind,
            cell=id_,
            rule=rule,
            severity=severity,
            message=message,
            before=before.status if before is not None else None,
            after=after.status if after is not None else None,
        )

    for rule in dict.fromkeys((*now, *was)):
        severity, message = now.get(rule) or was[rule]
        if rule in now:
            kind = ChangeKind.STILL_FAILING if rule in was else ChangeKind.NEW
        else:
            kind = ChangeKind.FIXED if _speaks(after) else ChangeKind.UNKNOWN
        yield change(kind, rule, severity, message)
    if after is not None and not was and not now and _speaks(before) and not _speaks(after):
        yield change(ChangeKind.UNKNOWN, None, None, after.reason or "the cell says nothing")


def _faults(cell: Cell | None) -> dict[str | None, tuple[str, str]]:
    """Severity and sentence of the first finding, which is the worst, of each rule.

    A cell may fail without a finding, as where no answer came: that is a fault of no rule.
    """
    found: dict[str | None, tuple[str, str]] = {}
    if cell is None:
        return found
    for one in cell.findings:
        if is_blamed(one):
            found.setdefault(one.rule, (one.severity, one.message))
    if not found and cell.status in _SEVERITIES:
        found[None] = (_SEVERITIES[cell.status], cell.reason or "no reason is given")
    return found


def _speaks(cell: Cell | None) -> bool:
    return cell is not None and cell.status not in SILENT
