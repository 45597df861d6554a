"""Annotations for a workflow's log."""

from __future__ import annotations

from harness.reporting.conform.github import written
from harness.results.merging import merged
from harness.results.result import CellStatus
from tests.conform_results import CLEAN, RESULT, SEQUENCE, cell, later

LINES = "".join(written(RESULT)).splitlines()


def test_a_fault_is_one_annotation() -> None:
    """However many cells it broke; the title names target and rule, the lines are escaped."""
    (line,) = [one for one in LINES if "RESP-SEQ-003" in one]
    title, _, message = line.removeprefix("::error title=").partition("::")
    assert title == "gate%3A RESP-SEQ-003 Sequence numbers count up by one."
    assert message.split("%0A") == [
        "response.output_text.delta has sequence_number 19; event 16 had 17 (in 2 cells, 8 times)",
        "expected 18",
        "found 19",
        "first in gate/chat over chat/call/stream, client exchange 0, event 17, bytes 4102-4288, /sequence_number",
        "again: harness conform --target gate --scenario call",
    ]


def test_warnings_are_warnings_and_nothing_a_target_says_is_a_command() -> None:
    """Every line is one command of ours, or plain text that starts with a target's name."""
    (line,) = [one for one in LINES if one.startswith("::warning ")]
    assert line.startswith("::warning title=gate%3A CHAT-USE-001::\\x1b[31m<b>")
    assert "100%25%0Anext" in line
    assert [one for one in LINES if one.startswith("::")] == LINES[:-3]
    assert LINES[-2:] == ["control  1 passed", "gone  did not start: no answer within 20 s"]


def test_what_kept_the_run_from_saying_anything_is_an_error() -> None:
    """Targets that did not run, harness faults, failures without a finding, stale entries."""
    titles = {one.partition("title=")[2].partition("::")[0] for one in LINES if one.startswith("::error ")}
    assert {
        "gone did not run",
        "gate%3A harness fault",
        "gate%3A failed",
        "stale baseline entry",
    } <= titles


def test_remarks_and_what_is_inherited_or_expected_are_left_out() -> None:
    """GitHub shows ten of a kind, and these are none of the target's faults."""
    text = "\n".join(LINES)
    assert "SSE-COMM-002" not in text
    assert "SSE-DONE-001" not in text
    assert "CHAT-FIN-001" not in text
    assert list(written(CLEAN)) == ["control  2 passed\n"]


def test_a_fault_that_is_new_says_so() -> None:
    """Where there is an earlier run to compare with."""
    whole = merged([RESULT, later(RESULT, cell("long", CellStatus.FAILED, SEQUENCE))])
    assert any(one.startswith("::error title=new%3A gate%3A RESP-SEQ-003") for one in written(whole))


def test_what_changed_is_counted_at_the_end() -> None:
    """What is fixed has no annotation, and is told all the same."""
    whole = merged([RESULT, later(RESULT, cell("call"))])
    (told,) = [one for one in written(whole) if one.startswith("gate  since the earlier run: ")]
    assert "0 new" in told
    assert "2 fixed" in told
    assert not any("since the earlier run" in one for one in LINES)
