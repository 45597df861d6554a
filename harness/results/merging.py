"""Several results into one: a matrix of all targets, each with the run that its cells came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from harness.errors import UsageError
from harness.results.differences import ORDER, differences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.results.result import Cell, Change, Result, Rule, Wire


def merged(results: Sequence[Result], *, folders: Sequence[str] = ()) -> Result:
    """One result of several.

    Of two runs of one target the later is shown, by the time at which they started, and its changes since the one
    before it are among the `changes`. Two runs of one moment count in the order given.

    Args:
        results: At least one.
        folders: Where the cassettes of each lie, as a path from where the merged result will lie, with forward
            slashes; "" is the same folder. None at all leaves the names as they are.

    Raises:
        UsageError: There is nothing to merge, or not one folder for each result.
    """
    if not results:
        raise UsageError("there is no result to make a report of", expected="at least one")
    if folders and len(folders) != len(results):
        raise UsageError(
            "each result has its folder", expected=f"{len(results)} folders", found=f"{len(folders)}"
        )
    placed = [
        _moved(one, folder) for one, folder in zip(results, folders or [""] * len(results), strict=True)
    ]
    if len(placed) == 1:
        return placed[0]
    # The earliest first: sorting is stable, so equal times keep their order.
    # Without the zone, which is the same in all: a second comes before its own fraction.
    runs = sorted(placed, key=lambda one: one.run.started.removesuffix("Z"))
    shown = {target.name: number for number, one in enumerate(runs) for target in one.targets}
    kept = [
        (one, frozenset(name for name, at in shown.items() if at == number))
        for number, one in enumerate(runs)
    ]
    kept = [(one, names) for one, names in kept if names]
    # Targets and scenarios stand in the order in which they were given.
    order = list(dict.fromkeys(target.name for one in placed for target in one.targets))
    targets = {
        target.name: msgspec.structs.replace(target, run=target.run or one.run)
        for one, names in kept
        for target in one.targets
        if target.name in names
    }
    cells: dict[str, list[Cell]] = {name: [] for name in order}
    for one, names in kept:
        for cell in one.cells:
            if cell.target in names:
                cells[cell.target].append(cell)
    return msgspec.structs.replace(
        runs[-1],
        targets=tuple(targets[name] for name in order),
        scenarios=tuple({it.name: it for one in runs for it in one.scenarios}.values()),
        cells=tuple(cell for mine in cells.values() for cell in mine),
        rules=dict(sorted(_rules(runs).items())),
        stale=tuple(dict.fromkeys(it for one, _ in kept for it in one.stale)),
        strays=tuple(it for one, _ in kept for it in one.strays),
        changes=_changes(runs, shown),
    )


def _rules(runs: Sequence[Result]) -> dict[str, Rule]:
    return {id_: rule for one in runs for id_, rule in one.rules.items()}


def _changes(runs: Sequence[Result], shown: dict[str, int]) -> tuple[Change, ...]:
    """Of every target that several runs have: the run that is shown against the one before it."""
    found: list[Change] = []
    for name, number in shown.items():
        earlier = [one for one in runs[:number] if any(target.name == name for target in one.targets)]
        if earlier:
            found += differences(_only(earlier[-1], name), _only(runs[number], name))
        else:
            found += (one for one in runs[number].changes if one.cell.partition("/")[0] == name)
    return tuple(sorted(found, key=lambda one: ORDER.index(one.kind)))


def _only(result: Result, name: str) -> Result:
    return msgspec.structs.replace(
        result,
        targets=tuple(one for one in result.targets if one.name == name),
        cells=tuple(one for one in result.cells if one.target == name),
    )


def _moved(result: Result, folder: str) -> Result:
    """The result with its cassettes in that folder."""
    if not folder:
        return result

    def moved(wires: tuple[Wire, ...]) -> tuple[Wire, ...]:
        return tuple(
            msgspec.structs.replace(one, cassette=f"{folder.rstrip('/')}/{one.cassette}") for one in wires
        )

    return msgspec.structs.replace(
        result,
        cells=tuple(
            msgspec.structs.replace(one, client=moved(one.client), upstream=moved(one.upstream))
            for one in result.cells
        ),
    )
