"""What a result comes to: counts by target, scenario and capability, and each fault once however many cells it broke.

Every report is made of this, so that two reports of one result never count differently. Nothing here is one number: a
gateway that is fine but for tool calls is of no use to an agent, and a cell that says nothing is not a good one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from harness.results.result import CellStatus, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from harness.results.result import Cell, Finding, Result

WORST_FIRST: Final = (
    CellStatus.FAILED,
    CellStatus.HARNESS_FAULT,
    CellStatus.NOT_EXERCISED,
    CellStatus.EXPECTED,
    CellStatus.WARNED,
    CellStatus.PASSED,
    CellStatus.UNSUPPORTED,
)
"""What several cells come to is the first of these that any of them is: what was not seen anywhere is not passed."""

SILENT: Final = (CellStatus.NOT_EXERCISED, CellStatus.UNSUPPORTED, CellStatus.HARNESS_FAULT)
"""Cells that say nothing about the target, neither good nor bad."""

OTHER: Final = "other"
"""The capability of a cell whose scenario the result does not list."""

_Key = TypeVar("_Key")

_WEIGHTS: Final = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Tally:
    """How many are of each status.

    Args:
        counts: For every status, 0 too.
    """

    counts: Mapping[CellStatus, int]

    def __getitem__(self, status: CellStatus) -> int:
        return self.counts[status]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())

    @property
    def worst(self) -> CellStatus | None:
        """What they come to together; None of nothing."""
        return next((one for one in WORST_FIRST if self.counts[one]), None)


def tally(statuses: Iterable[CellStatus]) -> Tally:
    """Count them."""
    counted = Counter(statuses)
    return Tally({one: counted[one] for one in CellStatus})


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The same fault in one target, in however many cells.

    Args:
        target: The target's name.
        finding: What was found in the first cell.
        cells: Where it was found, in the order of the result.
        times: How often, over all cells.
    """

    target: str
    finding: Finding
    cells: tuple[Cell, ...]
    times: int

    @property
    def first(self) -> Cell:
        """The cell that the finding is taken from."""
        return self.cells[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Cells of one target that say nothing for the same reason, or whose findings do not say why they failed.

    Args:
        status: Of all of them.
        reason: Why, in a sentence.
        cells: Which, in the order of the result.
    """

    status: CellStatus
    reason: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSummary:
    """What the cells of one target come to.

    Args:
        target: Which.
        cells: Counts of its cells.
        scenarios: What each scenario that it was put through comes to, over routes and modes.
        capabilities: Counts of its cells by capability, in the order of the result's scenarios.
        routes: Counts of its cells by route, and in each by capability.
        blamed: Errors and warnings that it is to blame for and that no baseline expects: errors first, then what broke
            most cells.
        expected: The same, where the baseline expects them.
        remarks: What is only worth knowing.
        inherited: What came from the upstream half, whatever its severity: not the target's doing.
        silences: Cells that say nothing, by status and reason.
        unexplained: Cells that failed or warned, and of which no finding says why: a report must not lose them.
    """

    target: Target
    cells: Tally
    scenarios: Mapping[str, CellStatus]
    capabilities: Mapping[str, Tally]
    routes: Mapping[str, Mapping[str, Tally]]
    blamed: tuple[Group, ...]
    expected: tuple[Group, ...]
    remarks: tuple[Group, ...]
    inherited: tuple[Group, ...]
    silences: tuple[Silence, ...]
    unexplained: tuple[Silence, ...]

    @property
    def by_scenario(self) -> Tally:
        """Counts of scenarios instead of cells."""
        return tally(self.scenarios.values())

    def silent(self, status: CellStatus) -> tuple[Silence, ...]:
        """Those of one status."""
        return tuple(one for one in self.silences if one.status is status)


def summary(result: Result) -> tuple[TargetSummary, ...]:
    """What each target of a result comes to, in the order of the result."""
    cells: dict[str, list[Cell]] = {one.name: [] for one in result.targets}
    for cell in result.cells:
        cells.setdefault(cell.target, []).append(cell)
    targets = {one.name: one for one in result.targets}
    capability = {one.name: one.capability for one in result.scenarios}
    return tuple(
        _of_target(targets.get(name) or Target(name=name, title=name), mine, capability)
        for name, mine in cells.items()
    )


def _of_target(target: Target, cells: list[Cell], capability: Mapping[str, str]) -> TargetSummary:
    order = {name: number for number, name in enumerate(dict.fromkeys(capability.values()))}

    def by_capability(some: Iterable[Cell]) -> dict[str, Tally]:
        found = _grouped(some, lambda one: capability.get(one.scenario, OTHER))
        names = sorted(found, key=lambda name: order.get(name, len(order)))
        return {name: tally(one.status for one in found[name]) for name in names}

    return TargetSummary(
        target=target,
        cells=tally(one.status for one in cells),
        scenarios={
            name: tally(one.status for one in mine).worst or CellStatus.NOT_EXERCISED
            for name, mine in _grouped(cells, lambda one: one.scenario).items()
        },
        capabilities=by_capability(cells),
        routes={name: by_capability(mine) for name, mine in _grouped(cells, lambda one: one.route).items()},
        blamed=groups(cells, lambda one: is_blamed(one) and not one.is_expected),
        expected=groups(cells, lambda one: is_blamed(one) and one.is_expected),
        remarks=groups(cells, lambda one: one.origin != "upstream" and one.severity == "info"),
        inherited=groups(cells, lambda one: one.origin == "upstream"),
        silences=_silences(cells, SILENT),
        unexplained=_silences(
            (one for one in cells if not any(is_blamed(it) for it in one.findings)),
            (CellStatus.FAILED, CellStatus.WARNED),
        ),
    )


def _silences(cells: Iterable[Cell], statuses: tuple[CellStatus, ...]) -> tuple[Silence, ...]:
    found = _grouped(cells, lambda one: (one.status, one.reason or "no reason is given"))
    return tuple(
        Silence(status=status, reason=reason, cells=tuple(mine))
        for wanted in statuses
        for (status, reason), mine in found.items()
        if status is wanted
    )


def is_blamed(finding: Finding) -> bool:
    """Whether it counts against the target: an error or a warning that the upstream half does not explain."""
    return finding.origin != "upstream" and finding.severity != "info"


def groups(cells: Iterable[Cell], wanted: Callable[[Finding], bool]) -> tuple[Group, ...]:
    """The findings that are wanted, those of one fault together.

    Args:
        cells: Cells of one target or of several; those of two targets are never together.
        wanted: Which findings.

    Returns:
        Errors first, then what broke most cells, then in the order of the cells.
    """
    found: dict[tuple[str, str, str, str], list[tuple[Cell, Finding]]] = {}
    for cell in cells:
        for one in cell.findings:
            if wanted(one):
                key = (cell.target, one.rule, one.severity, one.fingerprint)
                found.setdefault(key, []).append((cell, one))
    made = [
        Group(
            target=target,
            finding=pairs[0][1],
            cells=tuple({cell.id: cell for cell, _ in pairs}.values()),
            times=sum(one.times for _, one in pairs),
        )
        for (target, *_), pairs in found.items()
    ]
    return tuple(sorted(made, key=lambda one: (_WEIGHTS.get(one.finding.severity, 3), -len(one.cells))))


def _grouped(some: Iterable[Cell], key: Callable[[Cell], _Key]) -> dict[_Key, list[Cell]]:
    found: dict[_Key, list[Cell]] = {}
    for one in some:
        found.setdefault(key(one), []).append(one)
    return found
