"""Several runs in one matrix, and what differs between two of them."""

from __future__ import annotations

import msgspec
import pytest

from harness.errors import UsageError
from harness.results.differences import differences
from harness.results.merging import merged
from harness.results.result import CellStatus, ChangeKind
from tests.conform_results import CLEAN, INHERITED, REMARK, RESULT, SEQUENCE, USAGE, cell, later

FAILED, PASSED = CellStatus.FAILED, CellStatus.PASSED
BEFORE = later(
    RESULT,
    cell("plain", FAILED, SEQUENCE),
    cell("long", FAILED, SEQUENCE),
    cell("call", FAILED, SEQUENCE),
    cell("think"),
    cell("cut", FAILED, reason="it hung up"),
    started="2026-11-20T00:00:00Z",
)


def kinds(*cells: object) -> list[tuple[str, str, str | None]]:
    """What differs between `BEFORE` and a later run of these cells."""
    after = later(RESULT, *cells)  # type: ignore[arg-type]
    return [(one.kind.value, one.cell.split("/")[2], one.rule) for one in differences(BEFORE, after)]


def test_a_fault_is_fixed_new_or_still_there() -> None:
    """By cell and rule; what is new comes first."""
    assert kinds(
        cell("plain"), cell("long", FAILED, SEQUENCE), cell("call", FAILED, USAGE), cell("think"), cell("cut")
    ) == [
        ("new", "call", "CHAT-USE-001"),
        ("still_failing", "long", "RESP-SEQ-003"),
        ("fixed", "plain", "RESP-SEQ-003"),
        ("fixed", "call", "RESP-SEQ-003"),
        ("fixed", "cut", None),
    ]


def test_a_fault_is_not_fixed_where_its_cell_says_nothing() -> None:
    """It was not played again, was not exercised, or the harness failed: nobody can tell."""
    assert kinds(
        cell("plain", CellStatus.NOT_EXERCISED, reason="not seen"),
        cell("long", CellStatus.HARNESS_FAULT, reason="no answer"),
        cell("think"),
        cell("cut"),
    ) == [
        ("unknown", "plain", "RESP-SEQ-003"),
        ("unknown", "long", "RESP-SEQ-003"),
        ("unknown", "call", "RESP-SEQ-003"),
        ("fixed", "cut", None),
    ]


def test_a_cell_that_was_fine_and_falls_silent_is_told() -> None:
    """Otherwise a gateway that stops answering would look better than before."""
    after = later(RESULT, cell("think", CellStatus.HARNESS_FAULT, reason="no answer"))
    change = next(one for one in differences(BEFORE, after) if one.cell.split("/")[2] == "think")
    assert (change.kind, change.rule, change.message) == (ChangeKind.UNKNOWN, None, "no answer")
    assert (change.before, change.after) == (PASSED, CellStatus.HARNESS_FAULT)


def test_what_is_inherited_or_only_worth_knowing_is_no_change() -> None:
    """Nor is a cell that one of the runs does not have, where nothing was found."""
    assert kinds(
        cell("plain", PASSED, INHERITED, REMARK),
        cell("long", FAILED, SEQUENCE),
        cell("call", FAILED, SEQUENCE),
        cell("cut", FAILED, reason="it hung up"),
        cell("hangup"),
    ) == [
        ("still_failing", "long", "RESP-SEQ-003"),
        ("still_failing", "call", "RESP-SEQ-003"),
        ("still_failing", "cut", None),
        ("fixed", "plain", "RESP-SEQ-003"),
    ]


def test_runs_of_different_targets_stand_side_by_side() -> None:
    """Each target keeps the run that its cells came from."""
    other = later(CLEAN, cell("plain", target="other"))
    other = msgspec.structs.replace(
        other, targets=(msgspec.structs.replace(CLEAN.targets[0], name="other"),), rules={}, stale=()
    )
    whole = merged([other, RESULT])
    assert [one.name for one in whole.targets] == ["other", "gate", "control", "gone"]
    assert [one.run.started for one in whole.targets if one.run] == [other.run.started] + [
        RESULT.run.started
    ] * 3
    assert whole.run == other.run
    assert len(whole.cells) == len(RESULT.cells) + 1
    assert whole.rules == RESULT.rules
    assert whole.stale == RESULT.stale
    assert whole.strays == RESULT.strays
    assert whole.changes == ()


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_runs_of_a_target_the_later_is_shown_with_its_changes(*, turned: bool) -> None:
    """Whatever order they are given in; targets of the earlier alone stay."""
    newer = msgspec.structs.replace(later(RESULT, cell("plain")), targets=RESULT.targets[:1], stale=())
    whole = merged([newer, BEFORE] if turned else [BEFORE, newer])
    assert [one.id for one in whole.cells] == [cell("plain").id]
    assert [one.name for one in whole.targets] == ["gate", "control", "gone"]
    assert [one.kind for one in whole.changes] == [ChangeKind.UNKNOWN] * 3 + [ChangeKind.FIXED]
    assert whole.stale == BEFORE.stale


def test_the_changes_are_since_the_run_before_it() -> None:
    """Of three runs the first does not count; merging what was merged keeps its changes."""
    first = later(RESULT, cell("plain", FAILED, USAGE), started="2026-11-01T00:00:00Z")
    last = later(RESULT, cell("plain", FAILED, SEQUENCE), cell("long"), cell("call"), cell("cut"))
    whole = merged([last, first, BEFORE])
    assert {(one.kind.value, one.rule) for one in whole.changes if "/plain/" in one.cell} == {
        ("still_failing", "RESP-SEQ-003")
    }
    stranger = msgspec.structs.replace(CLEAN.targets[0], name="other")
    other = msgspec.structs.replace(CLEAN, targets=(stranger,), cells=())
    assert merged([whole, other]).changes == whole.changes


def test_cassettes_are_found_from_where_the_merged_result_lies() -> None:
    """Each result's names get its folder."""
    other = msgspec.structs.replace(CLEAN.targets[0], name="other")
    second = msgspec.structs.replace(CLEAN, targets=(other,), cells=(cell("plain", target="other"),))
    whole = merged([CLEAN, second], folders=["", "runs/two/"])
    assert whole.cells[0].client[0].cassette == "control.client.cassette.jsonl"
    assert whole.cells[-1].client[0].cassette == "runs/two/other.client.cassette.jsonl"
    assert whole.cells[-1].upstream[0].cassette == "runs/two/other.upstream.cassette.jsonl"


def test_a_run_later_in_the_same_second_is_later() -> None:
    """A fraction of a second counts."""
    first = later(RESULT, cell("plain"), started="2026-11-21T14:30:05Z")
    second = later(RESULT, cell("long"), started="2026-11-21T14:30:05.25Z")
    assert [one.scenario for one in merged([second, first]).cells] == ["long"]


def test_one_result_is_itself_and_none_is_an_error() -> None:
    """So is another number of folders."""
    assert merged([RESULT]) == RESULT
    with pytest.raises(UsageError):
        merged([])
    with pytest.raises(UsageError):
        merged([RESULT], folders=["a", "b"])
