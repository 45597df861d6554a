"""The report for a terminal."""

from __future__ import annotations

import re

import msgspec
import pytest

from harness.errors import UnknownName
from harness.reporting.conform.registry import conform_format_named, conform_formats
from harness.reporting.conform.text import MOST_CHANGES, written
from harness.reporting.conform.wording import outdated
from harness.results.merging import merged
from harness.results.result import CellStatus, Place, Stale
from tests.conform_results import CLEAN, RESULT, SEQUENCE, cell, later

TEXT = "".join(written(RESULT))
LINES = TEXT.splitlines()


@pytest.mark.parametrize("name", ["badge", "github", "json", "junit", "markdown", "ndjson", "sarif", "text"])
def test_every_format_tells_every_result(name: str) -> None:
    """As whole lines, with something said of itself, the same every time."""
    form = conform_format_named(name)
    assert form.name == name
    assert form.summary
    assert form.file.startswith("conform.")
    text = "".join(form.written(RESULT))
    assert text.endswith("\n")
    assert text == "".join(form.written(RESULT))
    assert text.encode("utf-8")
    assert "".join(form.written(CLEAN))


def test_an_unknown_format_is_answered_with_the_nearest() -> None:
    """And all names are listed."""
    with pytest.raises(UnknownName, match="did you mean 'sarif'") as caught:
        conform_format_named("sarf")
    assert all(name in str(caught.value) for name in conform_formats())


def test_capabilities_stand_against_outcomes() -> None:
    """A dash is none; columns that nothing is in are left out."""
    table = [line.split() for line in LINES if re.match(r"  (text|tools|all) ", line)]
    assert table[:3] == [
        ["text", "2", "1", "-", "-", "-", "-", "-"],
        ["tools", "-", "-", "2", "1", "-", "1", "-"],
        ["all", "2", "1", "3", "1", "1", "1", "1"],
    ]
    clean = "".join(written(CLEAN))
    assert "harness fault" not in clean
    assert "not exercised" in clean


def test_a_fault_is_told_once_with_all_that_is_known() -> None:
    """Rule, sentence, extent, place, what was expected and found, who breaks, and how to see it again."""
    at = LINES.index("RESP-SEQ-003 Sequence numbers count up by one.  (error, in 2 cells, 8 times)")
    assert LINES[at + 1 : at + 9] == [
        "  response.output_text.delta has sequence_number 19; event 16 had 17",
        "  first     gate/chat over chat/call/stream",
        (
            "  at        client exchange 0, event 17, bytes 4102-4288, /sequence_number"
            "  (gate.client.cassette.jsonl exchange 3)"
        ),
        "  expected  18",
        "  found     19",
        "  earlier   client exchange 0, event 16, bytes 3900-4102",
        "  breaks    openai-python 3: raises",
        "  again     harness conform --target gate --scenario call",
    ]
    assert TEXT.count("RESP-SEQ-003") == 1


def test_what_says_nothing_is_told_with_its_reason() -> None:
    """And so are cells that failed without a finding, stale entries, strays, and targets that did not run."""
    for words in (
        "  1 cell: not seen upstream: reasoning (gate/chat over chat/think/stream)",
        "  1 cell: it has no custom tools (gate/chat over chat/custom/stream)",
        "  1 cell: the target gave no answer: timeout (gate/chat over chat/cut/stream)",
        "  failed: 1 cell: it hung up without an answer (gate/chat over chat/hangup/stream)",
        "  CHAT-OLD-001 for gate/*: nothing matches it",
        "  POST /v1/models without a marker",
        "  did not start: no answer within 20 s",
        "  | Traceback",
        "  note  run with its defaults",
    ):
        assert words in LINES


def test_no_percentage_is_told() -> None:
    """The last lines count every outcome of every target."""
    assert LINES[-3:] == [
        "gate  2 passed, 1 warned, 3 failed, 1 expected, 1 not exercised, 1 unsupported, 1 harness fault",
        "control  1 passed",
        "gone  did not start",
    ]
    assert "%" not in TEXT.replace("100%", "")


def test_nothing_that_a_target_says_reaches_the_terminal_as_it_is() -> None:
    """Neither escape sequences nor lines nor half characters; colours are only our own."""
    assert "\x1b" not in TEXT
    assert "\\x1b[31m<b>" in TEXT
    styled = "".join(written(RESULT, styled=True))
    assert "\x1b[31m" in styled
    assert re.sub(r"\x1b\[\d+m", "", styled) == TEXT


def test_changes_are_told_with_what_needs_a_look_first() -> None:
    """Those of one rule once, with how many cells they are in; what still fails is told above."""
    after = later(
        RESULT,
        cell("plain"),
        cell("plain", mode="whole"),
        cell("long", CellStatus.FAILED, SEQUENCE),
        cell("long", CellStatus.FAILED, SEQUENCE, mode="whole"),
        cell("call", CellStatus.HARNESS_FAULT, reason="no answer"),
    )
    lines = "".join(written(merged([RESULT, after]))).splitlines()
    at = lines.index("Since the earlier run: 2 new, 5 cannot be told, 0 still failing, 1 fixed")
    assert lines[at + 1] == (
        "  new  RESP-SEQ-003  response.output_text.delta has sequence_number 19; event 16 had 17"
        "  (in 2 cells; first gate/chat over chat/long/stream)"
    )
    words = [line.split("  ")[1] for line in lines[at + 1 : lines.index("", at)]]
    assert words == ["new", "cannot be told", "cannot be told", "cannot be told", "cannot be told", "fixed"]


def test_a_long_list_of_changes_is_cut_and_says_so() -> None:
    """A gateway that is broken altogether has one for every rule."""
    many = [
        cell(
            f"long-{number}", CellStatus.FAILED, msgspec.structs.replace(SEQUENCE, rule=f"RESP-SEQ-{number}")
        )
        for number in range(MOST_CHANGES + 5)
    ]
    text = "".join(written(merged([RESULT, later(RESULT, *many)])))
    assert "  new  and 5 more; --format json has them all" in text


def test_a_place_that_is_no_event_is_told_by_its_part() -> None:
    """Whichever side it is on; nothing is said of a cassette that has no such exchange."""
    lost = msgspec.structs.replace(
        SEQUENCE, where=Place(side="upstream", exchange=7, part="head"), earlier=None, expected=None
    )
    lines = "".join(written(later(RESULT, cell("call", CellStatus.FAILED, lost)))).splitlines()
    assert "  at        upstream exchange 7, the head" in lines
    assert not any(line.startswith(("  expected", "  earlier")) for line in lines)
    kept = msgspec.structs.replace(lost, where=Place(side="upstream", part="head"))
    lines = "".join(written(later(RESULT, cell("call", CellStatus.FAILED, kept)))).splitlines()
    assert "  at        upstream exchange 0, the head  (gate.upstream.cassette.jsonl exchange 2)" in lines


def test_stale_entries_of_one_rule_are_told_once() -> None:
    """What is mended in one place was in a cell of each route and mode; another target's is another."""
    entries = (
        "CHAT-OLD-001 for gate/a",
        "CHAT-OLD-001 for gate/b",
        "CHAT-OLD-001 for other/a",
        "SSE-X for gate/a",
    )
    stale = tuple(Stale(entry=one, reason="nothing like it was found") for one in entries)
    assert [name for name, _ in outdated(stale)] == [
        "CHAT-OLD-001 for gate/a and 1 more of this rule",
        "CHAT-OLD-001 for other/a",
        "SSE-X for gate/a",
    ]
    text = "".join(written(msgspec.structs.replace(RESULT, stale=stale)))
    assert "  CHAT-OLD-001 for gate/a and 1 more of this rule: nothing like it was found\n" in text
    assert "gate/b" not in text
