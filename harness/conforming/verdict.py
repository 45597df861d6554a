"""What a result comes to for a shell: its exit code, and why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from harness.results.result import CellStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from harness.results.result import Cell, Result

_GATEWAY: Final = "gateway"
_SERVER: Final = "server"
"""Names of the targets of --base-url: with our upstream behind, and without."""
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
        if one.name not in (_GATEWAY, _SERVER) or one.status != "ran":
            continue
        played = [cell for cell in result.cells if cell.target == one.name and cell.client]
        routes = {route.name: route.inbound for route in one.routes}
        by_dialect: dict[str, list[Cell]] = {}
        for cell in played:
            by_dialect.setdefault(routes.get(cell.route, cell.route), []).append(cell)
        is_vain = _asked_nothing if one.name == _GATEWAY else _is_unknown
        vain = [dialect for dialect, cells in by_dialect.items() if is_vain(cells)]
        left = [dialect for dialect in by_dialect if dialect not in vain]
        if vain:
            yield hint_of(one.name, vain, left)


def hint_of(name: str, vain: Collection[str], left: Collection[str]) -> str:
    """What whoever gave an address may have meant otherwise.

    Args:
        name: The target's.
        vain: The dialects in which it was asked for nothing.
        left: The others.
    """
    what = "answered 404" if name == _SERVER else "asked our upstream nothing"
    if left:
        options = " ".join(f"--inbound {dialect}" for dialect in left)
        return f"{name} {what} in {', '.join(vain)}: where it has no such path, {options} leaves it out"
    rest = "" if name == _SERVER else ", and are its key and its upstream right"
    return f"{name} {what}: is the version in --base-url, as in http://127.0.0.1:4000/v1{rest}?"


def _asked_nothing(cells: Collection[Cell]) -> bool:
    # Whatever it answered: many a server has an error of its own form for a path that it does not know.
    return not any(cell.upstream for cell in cells)


def _is_unknown(cells: Collection[Cell]) -> bool:
    told = [cell for cell in cells if _UNKNOWN_PATH.search(cell.reason or "")]
    return len(told) * 2 > len(cells) and all(cell.status is CellStatus.NOT_EXERCISED for cell in cells)
