"""What a result comes to for a shell: its exit code, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.results.result import CellStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from harness.results.result import Result


def exit_code(result: Result, *, strict: bool = False, optional: Collection[str] = ()) -> int:
    """0 where nothing is wrong; 1 for findings and stale entries of the baseline; 3 where a target could not be tested.

    Args:
        result: Of a run.
        strict: A warning counts, too.
        optional: Targets that need not be installed.
    """
    if any(obstacles(result, optional=optional)):
        return 3
    wrong = {CellStatus.FAILED, CellStatus.WARNED} if strict else {CellStatus.FAILED}
    return 1 if result.stale or any(cell.status in wrong for cell in result.cells) else 0


def obstacles(result: Result, *, optional: Collection[str] = ()) -> Iterator[str]:
    """Why targets could not be tested, or not wholly; a line each."""
    for one in result.targets:
        if one.status == "ran" or (one.status == "not_installed" and one.name in optional):
            continue
        told = {"not_installed": "is not installed", "not_started": "did not start", "died": "died"}
        yield f"{one.name} {told.get(one.status, 'was left out')}: {one.reason or 'no reason is known'}"
    if not result.cells and any(one.status == "ran" for one in result.targets):
        # Of several targets one may have none of what was asked for; where none has, nothing was tested.
        yield "nothing was played: no target has any of these scenarios"
    for one in result.targets:
        cells = [cell for cell in result.cells if cell.target == one.name]
        faults = [cell for cell in cells if cell.status is CellStatus.HARNESS_FAULT]
        if one.status != "ran":
            continue
        if cells and all(cell.status is CellStatus.NOT_EXERCISED for cell in cells):
            yield f"{one.name}: not one of its cells says anything; {cells[0].id}: {cells[0].reason}"
        if faults:
            yield f"{one.name}: {len(faults)} cells could not be tested; {faults[0].id}: {faults[0].reason}"
