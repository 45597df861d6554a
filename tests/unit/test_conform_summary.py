"""What a result comes to."""

from __future__ import annotations

import msgspec

from harness.results.result import CellStatus
from harness.results.summary import OTHER, summary, tally
from tests.conform_results import ACCEPTED, INHERITED, REMARK, RESULT, SEQUENCE, USAGE, cell

GATE, CONTROL, GONE = summary(RESULT)


def test_every_target_is_counted_by_capability_in_the_order_of_the_scenarios() -> None:
    """A target without a cell is there, too."""
    assert [one.target.name for one in (GATE, CONTROL, GONE)] == ["gate", "control", "gone"]
    assert list(GATE.capabilities) == ["text", "tools", "reasoning", "transport"]
    assert GATE.capabilities["tools"][CellStatus.FAILED] == 2
    assert GATE.capabilities["tools"][CellStatus.UNSUPPORTED] == 1
    assert GATE.cells.total == sum(one.total for one in GATE.capabilities.values()) == 10
    assert GONE.cells.total == 0
    assert GONE.cells.worst is None


def test_a_scenario_is_what_the_worst_of_its_cells_is() -> None:
    """What was not seen over one route is not passed, whatever the others say."""
    assert GATE.scenarios["call"] is CellStatus.FAILED
    assert GATE.scenarios["plain"] is CellStatus.WARNED
    assert GATE.scenarios["custom"] is CellStatus.EXPECTED
    assert GATE.by_scenario.total == 7
    assert tally([CellStatus.PASSED, CellStatus.NOT_EXERCISED]).worst is CellStatus.NOT_EXERCISED
    assert tally([CellStatus.PASSED, CellStatus.UNSUPPORTED]).worst is CellStatus.PASSED
    assert tally([CellStatus.HARNESS_FAULT, CellStatus.FAILED]).worst is CellStatus.FAILED


def test_a_fault_is_there_once_with_all_its_cells() -> None:
    """Errors before warnings, each with how often it was found."""
    assert [(one.finding, len(one.cells), one.times) for one in GATE.blamed] == [
        (SEQUENCE, 2, 8),
        (USAGE, 2, 2),
    ]
    assert GATE.blamed[0].first.id == "gate/chat over chat/call/stream"


def test_what_is_not_the_targets_fault_stands_apart() -> None:
    """Inherited, expected and remarks are never among what it is blamed for."""
    assert [one.finding for one in GATE.inherited] == [INHERITED]
    assert [one.finding for one in GATE.expected] == [ACCEPTED]
    assert [one.finding for one in GATE.remarks] == [REMARK]


def test_cells_that_say_nothing_are_told_by_their_reason() -> None:
    """And so are those that failed without a finding."""
    assert [(one.status.value, one.reason, len(one.cells)) for one in GATE.silences] == [
        ("not_exercised", "not seen upstream: reasoning", 1),
        ("unsupported", "it has no custom tools", 1),
        ("harness_fault", "the target gave no answer: timeout", 1),
    ]
    assert [one.reason for one in GATE.unexplained] == ["it hung up without an answer"]
    assert GATE.silent(CellStatus.UNSUPPORTED)[0].cells[0].scenario == "custom"


def test_routes_are_counted_apart() -> None:
    """One route may be fine where another is not."""
    assert list(GATE.routes) == ["chat over chat", "responses over chat"]
    assert GATE.routes["responses over chat"]["tools"][CellStatus.FAILED] == 1


def test_a_cell_is_never_lost_because_the_result_does_not_list_its_target_or_scenario() -> None:
    """It is counted under a target that has only its name."""
    stranger = cell("unheard", target="unlisted")
    told = summary(msgspec.structs.replace(RESULT, cells=(stranger,)))
    assert told[-1].target.title == "unlisted"
    assert told[-1].capabilities[OTHER].total == 1
