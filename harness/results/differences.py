"""What became of each fault between an earlier run and a later one.

A fault is fixed only where its cell says so: a cell that was not played again, or that was played and not exercised,
proves nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.results.result import Change, ChangeKind
from harness.results.summary import SILENT, is_blamed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.results.result import Cell, Finding, Result

ORDER: Final = (ChangeKind.NEW, ChangeKind.UNKNOWN, ChangeKind.STILL_FAILING, ChangeKind.FIXED)
"""As they are told: what somebody has to look at comes first."""


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
    statuses = {
        "before": before.status if before is not None else None,
        "after": after.status if after is not None else None,
    }
    for rule in dict.fromkeys((*now, *was)):
        finding = now.get(rule) or was[rule]
        if rule in now:
            kind = ChangeKind.STILL_FAILING if rule in was else ChangeKind.NEW
        else:
            kind = ChangeKind.FIXED if _speaks(after) else ChangeKind.UNKNOWN
        yield Change(
            kind=kind, cell=id_, rule=rule, severity=finding.severity, message=finding.message, **statuses
        )
    if after is not None and not was and _speaks(before) and not _speaks(after):
        yield Change(
            kind=ChangeKind.UNKNOWN, cell=id_, message=after.reason or "the cell says nothing", **statuses
        )


def _faults(cell: Cell | None) -> dict[str, Finding]:
    """The first, which is the worst, of each rule."""
    found: dict[str, Finding] = {}
    for one in cell.findings if cell is not None else ():
        if is_blamed(one):
            found.setdefault(one.rule, one)
    return found


def _speaks(cell: Cell | None) -> bool:
    return cell is not None and cell.status not in SILENT
