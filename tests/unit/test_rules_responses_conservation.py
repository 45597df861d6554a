"""Texts are compared from their deltas to the final output, and one fault gives one finding."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.findings import Severity
from harness.rules.example import parse_example, shipped
from harness.rules.responses.conservation import parting
from tests.judging import judged_example


def told(stream: str, *edits: str) -> list[tuple[str, str]]:
    """Severity and rule of every finding about an edited stream, infos left out."""
    example = parse_example("\n".join((f"stream: responses/{stream}", *edits)), dialect="responses")
    return [
        (one.severity.value, one.rule)
        for one in judged_example(example).findings
        if one.severity is not Severity.INFO
    ]


def events_of(stream: str) -> list[str]:
    """Wire types of a shipped stream."""
    lines = shipped(f"responses/{stream}").partition("events:\n")[2].splitlines()
    return [json.loads(line)["type"] for line in lines if line.strip()]


class TestParting:
    """Where two texts part."""

    @pytest.mark.parametrize(
        ("left", "right", "expected"),
        [
            ("abc", "abd", (2, '"abc"', '"abd"')),
            ("abc", "ab", (2, '"abc"', '"ab"')),
            ("", "x", (0, '""', '"x"')),
            (
                "x" * 50 + "a" * 50,
                "x" * 50 + "b" * 50,
                (50, f'…"{"x" * 12}{"a" * 12}"…', f'…"{"x" * 12}{"b" * 12}"…'),
            ),
            ("\n\u00e9", "\n\u00e8", (1, '"\\n\u00e9"', '"\\n\u00e8"')),
        ],
    )
    def test_it_shows_a_few_characters_around_the_first_difference(
        self, left: str, right: str, expected: tuple[int, str, str]
    ) -> None:
        """The offset, and both texts there; an ellipsis where something was left out."""
        assert parting(left, right) == expected

    @given(st.text(), st.text(), st.text())
    def test_the_offset_is_the_length_of_the_common_start(self, start: str, left: str, right: str) -> None:
        """Whatever the texts are, they agree up to the offset and not at it."""
        one, other = start + left, start + right
        if one == other:
            return
        at = parting(one, other).at
        assert one[:at] == other[:at]
        assert one[at : at + 1] != other[at : at + 1]


PLACES = [
    ("text", "response.output_text.done: text", "RESP-TEXT-001"),
    ("text", "response.content_part.done: part.text", "RESP-TEXT-002"),
    ("text", "response.output_item.done: item.content.0.text", "RESP-TEXT-002"),
    ("text", "response.completed: response.output.0.content.0.text", "RESP-TERM-002"),
    ("multi_part", "response.output_item.done: item.content.1.refusal", "RESP-REF-001"),
    ("refusal", "response.refusal.done: refusal", "RESP-REF-001"),
    ("refusal", "response.content_part.done: part.refusal", "RESP-REF-001"),
    ("refusal", "response.completed: response.output.0.content.0.refusal", "RESP-TERM-002"),
    ("parallel", "response.function_call_arguments.done#1: arguments", "RESP-FC-001"),
    ("parallel", "response.output_item.done#1: item.arguments", "RESP-FC-001"),
    ("parallel", "response.completed: response.output.1.arguments", "RESP-TERM-002"),
    ("reasoning_summary", "response.reasoning_summary_text.done#1: text", "RESP-RSN-003"),
    ("reasoning_summary", "response.reasoning_summary_part.done: part.text", "RESP-RSN-003"),
    ("reasoning_summary", "response.output_item.done: item.summary.1.text", "RESP-RSN-003"),
    ("reasoning_summary", "response.completed: response.output.0.summary.1.text", "RESP-TERM-002"),
    ("reasoning_text", "response.reasoning_text.done: text", "RESP-RSN-004"),
    ("reasoning_text", "response.output_item.done: item.content.0.text", "RESP-RSN-004"),
    ("custom_tool", "response.custom_tool_call_input.done: input", "RESP-CTC-001"),
    ("custom_tool", "response.output_item.done: item.input", "RESP-CTC-001"),
    ("custom_tool", "response.completed: response.output.0.input", "RESP-TERM-002"),
    ("shell", "response.shell_call_command.done#1: command", "RESP-TOOL-005"),
    ("shell", "response.output_item.done: item.action.commands.1", "RESP-TOOL-005"),
    ("shell", "response.completed: response.output.0.action.commands.1", "RESP-TERM-002"),
    ("shell", "response.output_item.done#1: item.output.1.stdout", "RESP-TOOL-006"),
    ("apply_patch", "response.apply_patch_call_operation_diff.done: diff", "RESP-TOOL-007"),
    ("apply_patch", "response.output_item.done: item.operation.diff", "RESP-TOOL-007"),
    ("code_interpreter", "response.code_interpreter_call_code.done: code", "RESP-TOOL-008"),
    ("code_interpreter", "response.output_item.done: item.code", "RESP-TOOL-008"),
    ("mcp", "response.mcp_call_arguments.done: arguments", "RESP-TOOL-009"),
    ("mcp", "response.output_item.done#1: item.arguments", "RESP-TOOL-009"),
]


class TestOneTellingIsWrong:
    """A text is told up to five times; where one telling is wrong, exactly one rule says so, once."""

    @pytest.mark.parametrize(("stream", "place", "rule"), PLACES)
    def test_another_text(self, stream: str, place: str, rule: str) -> None:
        """A text that has nothing in common with what was streamed."""
        assert [name for _, name in told(stream, f'event {place} = "Something else."')] == [rule]

    @pytest.mark.parametrize(("stream", "place", "rule"), PLACES)
    def test_no_text(self, stream: str, place: str, rule: str) -> None:
        """An empty one."""
        assert [name for _, name in told(stream, f'event {place} = ""')] == [rule]


@pytest.mark.parametrize(
    ("stream", "edits", "expected"),
    [
        pytest.param("text", ("drop 6",), "RESP-TEXT-001", id="a lost delta"),
        pytest.param("text", ("repeat 6",), "RESP-TEXT-001", id="a doubled delta"),
        pytest.param("text", ("move 8 before 7",), "RESP-TEXT-001", id="the end before the last delta"),
        pytest.param("text", ("drop 8",), "RESP-TEXT-003", id="no end of the text"),
        pytest.param("text", ("drop 9",), "RESP-PART-006", id="no end of the part"),
        pytest.param("text", ("drop 8", "drop 9"), "RESP-PART-006", id="no end of text and part"),
        pytest.param("text", ("move 10 before 9",), "RESP-PART-006", id="the item ends before its part"),
        pytest.param("text", ("move 4 before 3",), "RESP-PART-001", id="a delta before its part"),
        pytest.param("tool", ("drop 4",), "RESP-FC-001", id="a lost delta of arguments"),
        pytest.param("tool", ("move 8 before 7",), "RESP-FC-001", id="arguments end before their last delta"),
        pytest.param("tool", ("move 9 before 8",), "RESP-FC-002", id="the call ends before its arguments"),
        pytest.param("reasoning_summary", ("drop 7",), "RESP-RSN-007", id="no end of a summary text"),
        pytest.param("reasoning_summary", ("move 4 before 3",), "RESP-RSN-001", id="a summary before its part"),
        pytest.param("refusal", ("move 7 before 6",), "RESP-REF-001", id="a refusal ends early"),
        pytest.param("mcp", ("drop 8",), "RESP-TOOL-009", id="arguments of MCP come in no delta"),
        pytest.param(
            "two_messages", ("event 6: content_index = 3", "event 7: content_index = 4"), "RESP-PART-002",
            id="an index that moves with every delta",
        ),
        pytest.param(
            "text", ("event 10: item.content = []",), "RESP-PART-008", id="a finished item without its parts"
        ),
        pytest.param(
            "text", ('event 3: part.type = "text"',), "RESP-PART-004", id="a part of no known type"
        ),
        pytest.param("reasoning_summary", ('event 3: part.text = "**"',), "RESP-RSN-003", id="a full summary"),
        pytest.param("reasoning_text", ("event 9: - item.content",), "RESP-RSN-004", id="raw reasoning is lost"),
        pytest.param("mcp", ('event 11: item.name = "other"',), "RESP-FC-006", id="a call of MCP changes its name"),
        pytest.param("shell", ("event 15: command_index = 2",), "RESP-TOOL-006", id="an output that never ends"),
        pytest.param("shell", ("event 4: command_index = 1",), "RESP-TOOL-005", id="a command of another index"),
        pytest.param("shell", ("event 10: item.action.commands = []",), "RESP-TOOL-005", id="done without commands"),
        pytest.param("code_interpreter", ('event 2: item.code = "s"',), "RESP-TOOL-008", id="code announced in part"),
        pytest.param("code_interpreter", ("event 11: item.code = null",), "RESP-TOOL-008", id="code that gets lost"),
        pytest.param("reasoning_text", ("drop 2",), "RESP-ITEM-001", id="an item that nobody announced"),
    ],
)  # fmt: skip
def test_one_fault_is_one_finding(stream: str, edits: tuple[str, ...], expected: str) -> None:
    """What follows from a fault is not told again."""
    assert [name for _, name in told(stream, *edits)] == [expected]


def test_an_item_of_a_wrong_shape_is_not_compared_with_the_final_output() -> None:
    """Its shape has been told; what the wrong member should have been is not known."""
    assert told("text", "event 10: item.content.0.annotations = null") == [("error", "RESP-ENV-004")]


def test_a_finding_names_both_texts_and_the_place() -> None:
    """What a reader needs to believe it without opening the stream."""
    example = parse_example(
        'stream: responses/text\nevent 9: part.text = "Red and blew."', dialect="responses"
    )
    (finding,) = judged_example(example).findings
    assert finding.where.event == 9
    assert finding.where.pointer == "/part/text"
    assert (finding.expected, finding.found) == ('"Red and blue."', '"Red and blew."')
    assert finding.message == (
        "`text` in response.content_part.done differs from what was streamed at character 10: "
        '"Red and blew." instead of "Red and blue.".'
    )
    assert finding.earlier is not None
    assert finding.earlier.event == 8


def test_long_texts_are_shown_in_part() -> None:
    """A megabyte that differs in one character gives a finding of a line."""
    whole = "lorem ipsum " * 20_000
    edits = [
        "drop 5",
        "drop 6",
        "drop 7",
        f"event 4: delta = {json.dumps(whole)}",
        f"event 8: text = {json.dumps(whole)}",
        f"event 9: part.text = {json.dumps(whole[:-1])}",
        f"event 10: item.content.0.text = {json.dumps(whole)}",
        f"event 11: response.output.0.content.0.text = {json.dumps(whole)}",
    ]
    example = parse_example("\n".join(("stream: responses/text", *edits)), dialect="responses")
    (finding,) = judged_example(example).findings
    assert finding.rule == "RESP-TEXT-002"
    assert "stops after 239,999 of 240,000 characters" in finding.message
    assert len(finding.message) < 300


@given(st.lists(st.text(min_size=1), min_size=1, max_size=6), st.integers(min_value=0, max_value=5))
def test_any_text_in_any_pieces_is_conserved_and_a_lost_piece_is_noticed(
    pieces: list[str], lost: int
) -> None:
    """Whatever was said, in however many deltas: whole it gives no finding, and without one piece exactly one."""
    pieces = [piece.encode("utf-8", "ignore").decode() or "?" for piece in pieces]
    whole = json.dumps("".join(pieces))
    base = events_of("text")
    deltas = [index for index, kind in enumerate(base) if kind == "response.output_text.delta"]
    item = json.loads(shipped("responses/text").partition("events:\n")[2].splitlines()[deltas[0]])["item_id"]
    edits = [f"drop {index}" for index in deltas]
    edits += [
        f"event response.output_text.done: text = {whole}",
        f"event response.content_part.done: part.text = {whole}",
        f"event response.output_item.done: item.content.0.text = {whole}",
        f"event response.completed: response.output.0.content.0.text = {whole}",
    ]
    added = [
        "insert before response.output_text.done: "
        + json.dumps(
            {"type": base[deltas[0]], "item_id": item, "output_index": 0, "content_index": 0, "delta": piece,
             "logprobs": []}
        )
        for piece in pieces
    ]  # fmt: skip
    assert told("text", *edits, *added) == []
    del added[lost % len(added)]
    expected = ("error", "RESP-TEXT-001") if added else ("warning", "RESP-TEXT-005")
    assert told("text", *edits, *added) == [expected]
