"""Whatever a reader says, a writer is given a turn in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.translation.ids import SeededMint
from harness.translation.session import Session
from harness.translation.settling import Settling
from harness.turn.conversation import Request
from harness.turn.increments import (
    Annotation,
    ArgsDelta,
    Eof,
    Error,
    Finish,
    MessageEnd,
    MessageStart,
    ReasoningDelta,
    ReasoningEnd,
    ReasoningStart,
    ServerTool,
    Start,
    TextDelta,
    TextEnd,
    TextStart,
    ToolEnd,
    ToolStart,
    Usage,
)
from harness.turn.tools import ToolChoice
from harness.turn.turn import Usage as Counts

if TYPE_CHECKING:
    from harness.turn.increments import Increment

START = Start(upstream_id="up_1", model="m")
STOP = Finish(reason="stop", native="stop")
EOF = Eof()


def settled(*given: Increment, request: Request | None = None) -> tuple[list[Increment], list[str]]:
    """What comes out, and the codes of what was lost on the way."""
    session = Session(mint=SeededMint(b"settling"), now=lambda: 0, upstream="chat", request=request)
    settling = Settling(session)
    out = [after for one in given for after in settling.settle(one)]
    return out, [loss.code for loss in session.ledger.losses if loss.code != "L240"]


def kinds(increments: list[Increment]) -> list[str]:
    """The names of their types."""
    return [type(one).__name__ for one in increments]


def test_what_is_in_order_passes_as_it_is() -> None:
    """What is in order passes as it is."""
    given = [START, TextStart(ref=0), TextDelta(ref=0, text="hi"), TextEnd(ref=0), STOP, EOF]

    assert settled(*given) == (given, [])


def test_an_answer_that_does_not_begin_is_begun() -> None:
    """An answer that does not begin is begun."""
    out, _ = settled(TextStart(ref=0), TextDelta(ref=0, text="hi"), STOP, EOF)

    assert kinds(out) == ["Start", "TextStart", "TextDelta", "TextEnd", "Finish", "Eof"]


def test_only_the_first_start_counts() -> None:
    """Only the first start counts."""
    out, _ = settled(START, Start(upstream_id="up_2"), STOP, EOF)

    assert [one for one in out if isinstance(one, Start)] == [START]


def test_a_text_is_over_when_a_call_begins_and_goes_on_as_a_new_text() -> None:
    """A text is over when a call begins and goes on as a new text."""
    out, lost = settled(
        START,
        TextStart(ref=0),
        TextDelta(ref=0, text="a"),
        ToolStart(ref=1, call_id="call_1", name="f"),
        ArgsDelta(ref=1, text="{}"),
        TextDelta(ref=0, text="b"),
        TextDelta(ref=0, text="c"),
        Finish(reason="tool_calls"),
        EOF,
    )

    assert kinds(out) == [
        *("Start", "TextStart", "TextDelta", "TextEnd", "ToolStart", "ArgsDelta"),
        *("TextStart", "TextDelta", "TextDelta", "TextEnd", "ToolEnd", "Finish", "Eof"),
    ]
    refs = [one.ref for one in out if isinstance(one, TextStart)]
    assert len(set(refs)) == 2
    assert [(one.ref, one.text) for one in out if isinstance(one, TextDelta)] == [
        (refs[0], "a"),
        (refs[1], "b"),
        (refs[1], "c"),
    ]
    assert not lost


def test_calls_stay_open_beside_each_other() -> None:
    """Calls stay open beside each other."""
    out, _ = settled(
        START,
        ToolStart(ref=0, call_id="a", name="f"),
        ToolStart(ref=1, call_id="b", name="g"),
        ArgsDelta(ref=0, text="{"),
        ArgsDelta(ref=1, text="{}"),
        ArgsDelta(ref=0, text="}"),
        Finish(reason="tool_calls"),
        EOF,
    )

    assert kinds(out)[1:-2] == [
        "ToolStart",
        "ToolStart",
        "ArgsDelta",
        "ArgsDelta",
        "ArgsDelta",
        "ToolEnd",
        "ToolEnd",
    ]


def test_a_call_without_arguments_has_an_empty_object() -> None:
    """A call without arguments has an empty object."""
    out, _ = settled(
        START, ToolStart(ref=0, call_id="a", name="f"), ToolEnd(ref=0), Finish(reason="tool_calls"), EOF
    )

    assert [one.text for one in out if isinstance(one, ArgsDelta)] == ["{}"]


def test_a_custom_call_without_input_stays_empty() -> None:
    """A custom call without input stays empty."""
    out, _ = settled(
        START, ToolStart(ref=0, call_id="a", name="f", kind="custom"), Finish(reason="tool_calls"), EOF
    )

    assert not [one for one in out if isinstance(one, ArgsDelta)]


def test_ids_that_are_missing_empty_or_taken_are_made() -> None:
    """Ids that are missing empty or taken are made."""
    out, lost = settled(
        START,
        ToolStart(ref=0, call_id="call_0", name="f"),
        ToolStart(ref=1, call_id="call_0", name="g"),
        ToolStart(ref=2, call_id="", name="h"),
        ToolStart(ref=3, name="i"),
        Finish(reason="tool_calls"),
        EOF,
    )

    ids = [one.call_id for one in out if isinstance(one, ToolStart)]
    assert ids[0] == "call_0"
    assert len(set(ids)) == 4
    assert all(one for one in ids)
    assert lost == ["L210"]  # all three at the same event


def test_the_reason_is_held_back_until_the_end_and_content_after_it_is_delivered() -> None:
    """The reason is held back until the end and content after it is delivered."""
    usage = Usage(counts=Counts(input=1, output=2))
    out, lost = settled(START, TextStart(ref=0), STOP, TextDelta(ref=0, text="late"), usage, EOF)

    assert kinds(out) == ["Start", "TextStart", "TextDelta", "TextEnd", "Finish", "Usage", "Eof"]
    assert lost == ["L214"]


def test_the_last_usage_counts() -> None:
    """The last usage counts."""
    out, _ = settled(START, Usage(counts=Counts(output=1)), Usage(counts=Counts(output=5)), STOP, EOF)

    assert [one.counts.output for one in out if isinstance(one, Usage)] == [5]


def test_calls_that_finish_with_stop_finish_for_tool_calls() -> None:
    """Calls that finish with stop finish for tool calls."""
    out, lost = settled(START, ToolStart(ref=0, call_id="a", name="f"), STOP, EOF)

    assert [one.reason for one in out if isinstance(one, Finish)] == ["tool_calls"]
    assert lost == ["L224"]


def test_stop_stays_where_the_one_function_was_forced() -> None:
    """Stop stays where the one function was forced."""
    request = Request(dialect="chat", model="m", tool_choice=ToolChoice(mode="named", name="f"))

    out, lost = settled(START, ToolStart(ref=0, call_id="a", name="f"), STOP, EOF, request=request)

    assert [one.reason for one in out if isinstance(one, Finish)] == ["stop"]
    assert not lost


def test_tool_calls_without_a_call_is_stop() -> None:
    """Tool calls without a call is stop."""
    out, lost = settled(START, Finish(reason="tool_calls"), EOF)

    assert [one.reason for one in out if isinstance(one, Finish)] == ["stop"]
    assert lost == ["L225"]


def test_length_wins_over_calls_and_marks_what_it_cut() -> None:
    """Length wins over calls and marks what it cut."""
    out, _ = settled(START, ToolStart(ref=0, call_id="a", name="f"), Finish(reason="length"), EOF)

    assert [one.status for one in out if isinstance(one, ToolEnd)] == ["incomplete"]
    assert not [one for one in out if isinstance(one, ArgsDelta)]
    assert [one.reason for one in out if isinstance(one, Finish)] == ["length"]


def test_an_end_without_a_reason_is_an_error() -> None:
    """An end without a reason is an error."""
    out, _ = settled(START, TextStart(ref=0), TextDelta(ref=0, text="par"), EOF)

    assert kinds(out)[-2:] == ["Error", "Eof"]
    assert [one.code for one in out if isinstance(one, Error)] == ["upstream_incomplete"]


def test_a_choice_before_another_that_never_came_is_an_error() -> None:
    """Clients count choices from 0, so that one that is missing among them never ended."""
    finish = Finish(choice=1, reason="stop")
    out, _ = settled(START, TextStart(ref=1, choice=1), finish, EOF)
    assert [type(one) for one in out][-2:] == [Error, Eof]


def test_a_choice_that_began_and_did_not_end_is_an_error() -> None:
    """A choice that began and did not end is an error."""
    out, _ = settled(START, TextStart(ref=0), TextStart(ref=1, choice=1), STOP, EOF)

    assert [one.code for one in out if isinstance(one, Error)] == ["upstream_incomplete"]


def test_nothing_follows_an_error() -> None:
    """Nothing follows an error."""
    error = Error(status=502, message="broken")

    out, _ = settled(START, TextStart(ref=0), error, TextDelta(ref=0, text="more"), STOP, EOF)

    assert kinds(out) == ["Start", "TextStart", "Error", "Eof"]


def test_an_error_before_anything_is_the_first_to_be_said() -> None:
    """An error before anything is the first to be said."""
    out, _ = settled(Error(status=429, message="slow down"))

    assert kinds(out) == ["Error", "Eof"]


def test_a_message_ends_after_its_texts() -> None:
    """A message ends after its texts."""
    out, _ = settled(
        START,
        MessageStart(ref=0, item_id="msg_1"),
        TextStart(ref=1),
        TextDelta(ref=1, text="a"),
        MessageEnd(ref=0, status="completed"),
        ReasoningStart(ref=2),
        ReasoningDelta(ref=2, text="hm"),
        MessageStart(ref=3, item_id="msg_2"),
        TextStart(ref=4),
        TextDelta(ref=4, text="b"),
        STOP,
        EOF,
    )

    assert kinds(out)[1:] == [
        *("MessageStart", "TextStart", "TextDelta", "TextEnd", "MessageEnd"),
        *("ReasoningStart", "ReasoningDelta", "ReasoningEnd"),
        *("MessageStart", "TextStart", "TextDelta", "TextEnd", "MessageEnd", "Finish", "Eof"),
    ]


def test_an_item_of_a_hosted_tool_that_does_not_end_is_ended() -> None:
    """An item of a hosted tool that does not end is ended."""
    out, _ = settled(START, ServerTool(ref=0, kind="web_search_call", step="start"), STOP, EOF)

    assert [(one.ref, one.step) for one in out if isinstance(one, ServerTool)] == [(0, "start"), (0, "end")]


def test_an_annotation_of_a_text_that_is_over_is_a_loss() -> None:
    """An annotation of a text that is over is a loss."""
    out, lost = settled(START, TextStart(ref=0), TextEnd(ref=0), Annotation(ref=0), STOP, EOF)

    assert "Annotation" not in kinds(out)
    assert lost == ["L231"]


def test_ends_are_said_once() -> None:
    """Ends are said once."""
    out, _ = settled(
        START, ReasoningStart(ref=0), ReasoningEnd(ref=0, signature="s"), ReasoningEnd(ref=0), STOP, EOF
    )

    assert [one.signature for one in out if isinstance(one, ReasoningEnd)] == ["s"]


def test_a_number_that_is_used_again_is_another_block() -> None:
    """What comes under it later belongs to the block that it names last, of its kind."""
    out, _ = settled(
        START,
        TextStart(ref=0),
        TextDelta(ref=0, text="a"),
        TextEnd(ref=0),
        ToolStart(ref=0, call_id="x", name="f"),
        ToolStart(ref=0, call_id="y", name="g"),
        ArgsDelta(ref=0, text="{}"),
        TextDelta(ref=0, text="b"),
        Finish(reason="tool_calls"),
        EOF,
    )

    refs = [one.ref for one in out if isinstance(one, TextStart | ToolStart)]
    assert len(set(refs)) == 4
    assert [(one.ref, one.text) for one in out if isinstance(one, ArgsDelta)] == [
        (refs[1], "{}"),  # the first call, which had nothing when the other took its number
        (refs[2], "{}"),
    ]
    assert [(one.ref, one.text) for one in out if isinstance(one, TextDelta)] == [
        (refs[0], "a"),
        (refs[3], "b"),
    ]


def test_a_number_below_0_is_no_other_blocks() -> None:
    """A new number never meets one that a reader gave."""
    out, _ = settled(START, TextStart(ref=-1), TextEnd(ref=-1), TextStart(ref=-1), STOP, EOF)

    refs = [one.ref for one in out if isinstance(one, TextStart)]
    assert len(set(refs)) == 2


def test_a_call_without_a_name_and_its_arguments_are_left_out_and_told() -> None:
    """Nobody could run it."""
    out, lost = settled(
        START, ToolStart(ref=0, name=""), ArgsDelta(ref=0, text="{}"), ToolEnd(ref=0), STOP, EOF
    )

    assert kinds(out) == ["Start", "Finish", "Eof"]
    assert lost == ["L218", "L219"]


def test_arguments_that_come_with_the_end_alone_are_the_arguments() -> None:
    """They are not told as none."""
    end = ToolEnd(ref=0, final='{"a":1}')
    out, _ = settled(START, ToolStart(ref=0, call_id="x", name="f"), end, Finish(reason="tool_calls"), EOF)

    assert [one.text for one in out if isinstance(one, ArgsDelta)] == ['{"a":1}']


def test_a_hosted_item_begins_once() -> None:
    """One that begins again is another; an end alone is an item, too."""
    search = ServerTool(ref=0, kind="web_search_call", step="start")
    out, _ = settled(START, search, search, ServerTool(ref=1, kind="x", step="end"), STOP, EOF)

    steps = [(one.ref, one.step) for one in out if isinstance(one, ServerTool)]
    again = steps[2][0]
    assert steps == [(0, "start"), (0, "end"), (again, "start"), (1, "end"), (again, "end")]
    assert again not in {0, 1}
