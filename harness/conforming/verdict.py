"""What a result comes to for a shell: its exit code, and why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from harness.results.result import CellStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from harness.results.result import Cell, Result

_AT_AN_ADDRESS: Final = frozenset({"gateway", "server"})
"""Names of the targets of --base-url."""
_UNKNOWN_PATH: Final = re.compile(r"\banswered 40[45]\b")


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


def hints(result: Result) -> Iterator[str]:
    """What whoever gave an address may have meant otherwise, where it does not know what it is asked; a line each."""
    for one in result.targets:
        cells = [cell for cell in result.cells if cell.target == one.name]
        if one.name not in _AT_AN_ADDRESS or not cells:
            continue
        unknown: dict[str, bool] = {}
        for dialect in dict.fromkeys(route.inbound for route in one.routes):
            names = {route.name for route in one.routes if route.inbound == dialect}
            unknown[dialect] = _is_unknown([cell for cell in cells if cell.route in names])
        left = [dialect for dialect, is_unknown in unknown.items() if not is_unknown]
        if not left:
            yield (
                f"{one.name} knows no path that it was asked for (404): --base-url has the version, too, as in"
                " http://127.0.0.1:4000/v1"
            )
        elif len(left) < len(unknown):
            options = " ".join(f"--inbound {dialect}" for dialect in left)
            others = ", ".join(dialect for dialect in unknown if dialect not in left)
            yield f"{one.name} answers 404 to all of {others}: where it has none, {options} leaves it out"


def _is_unknown(cells: Collection[Cell]) -> bool:
    """Whether nothing came of these but that there is no such path."""
    told = [cell for cell in cells if _UNKNOWN_PATH.search(cell.reason or "")]
    return len(told) * 2 > len(cells) and all(cell.status is CellStatus.NOT_EXERCISED for cell in cells)
