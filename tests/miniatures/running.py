"""Putting a miniature through the scenarios that show its defect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from harness.conforming.run import run_target
from harness.conforming.wishes import Wishes
from harness.results.result import CellStatus
from harness.sandwich.behaviours_watching import BUSY
from harness.scenarios.registry import scenarios

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from tests.miniatures.miniature import Miniature

_BLAMED: Final = {"gateway", "target"}


@dataclass(frozen=True)
class Caught:
    """What came of a run.

    Args:
        rules: Ids of the rules that found errors or warnings for which the target is to blame.
        unclean: The cells that failed or were warned of, whether a rule said so or not.
        silent: Why cells say nothing, by their ids.
        failed: Why cells failed beside what rules found, by their ids.
        cells: How many there were.
    """

    rules: frozenset[str]
    unclean: tuple[str, ...]
    silent: dict[str, str | None]
    cells: int
    failed: dict[str, str | None]


def caught(miniature: Miniature, names: Collection[str], folder: Path, seconds: float = 4.0) -> Caught:
    """Play some scenarios over a miniature's routes; again, where this machine was too busy to judge by.

    Args:
        miniature: Which.
        names: Of the scenarios.
        folder: For what is recorded.
        seconds: How long a session may take.
    """
    came = _caught(miniature, names, folder / "0", seconds)
    for number in range(1, 5):
        if not any(why is not None and why.startswith(BUSY) for why in came.silent.values()):
            break
        came = _caught(miniature, names, folder / str(number), seconds)
    return came


def _caught(miniature: Miniature, names: Collection[str], folder: Path, seconds: float) -> Caught:
    chosen = tuple(one for one in scenarios() if one.name in names)
    ran, cells, strays = run_target(
        miniature, Wishes(scenarios=chosen, seconds=seconds), tools=folder / "tools", out=folder
    )
    assert (ran.status, ran.reason, strays) == ("ran", None, [])
    return Caught(
        rules=frozenset(
            one.rule
            for cell in cells
            for one in cell.findings
            if one.origin in _BLAMED and one.severity in {"error", "warning"}
        ),
        unclean=tuple(one.id for one in cells if one.status in {CellStatus.FAILED, CellStatus.WARNED}),
        silent={
            one.id: one.reason
            for one in cells
            if one.status in {CellStatus.NOT_EXERCISED, CellStatus.HARNESS_FAULT}
        },
        cells=len(cells),
        failed={one.id: one.reason for one in cells if one.status is CellStatus.FAILED},
    )
