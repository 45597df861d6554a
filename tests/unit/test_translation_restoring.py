"""What the request's translation did to tools, answers and stops is undone in the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.translation.ids import SeededMint
from harness.translation.manner import Manner
from harness.translation.restoring import Restoring
from harness.translation.session import Session
from harness.turn.conversation import Request
from harness.turn.increments import (
    ArgsDelta,
    Eof,
    Error,
    Finish,
    ReasoningDelta,
    Start,
    TextDelta,
    TextEnd,
    TextStart,
    ToolEnd,
    ToolStart,
    Usage,
)
from harness.turn.turn import Usage as Counts

if TYPE_CHECKING:
    from harness.turn.increments import Increment


def session(*, stop: tuple[str, ...] | None = None, choices: int | None = None) -> Session:
    """An exchange in which nothing was changed yet."""
    return Session(
        mint=SeededMint(b"restoring"),
        now=lambda: 0,
        upstream="anthropic",
        manner=Manner(emulate_stop=stop is not None),
        request=Request(dialect="chat", model="m", stop=stop, choices=choices),
    )


def restored(one: Session, *given: Increment) -> list[Increment]:
    """What comes out."""
    restoring = Restoring(one)
    return [after for increment in given for after in restoring.restore(increment)]


def test_it_is_needed_only_where_something_was_changed() -> None:
    """An engine may leave it out otherwise."""
    assert not Restoring.needed(session())
    assert Restoring.needed(session(stop=("END",)))
    plain = session()
    plain.tool_names["a_b"] = (None, "a.b")
    assert Restoring.needed(plain)
    emulated = session()
    emulated.emulated.add("patch")
    assert Restoring.needed(emulated)
    answered = session()
    answered.answer_tool = "json_response"
    assert Restoring.needed(answered)


def test_a_stop_that_the_manner_does_not_emulate_needs_nothing() -> None:
    """The upstream looks for it."""
    one = session(stop=("END",))
    one.manner = Manner()
    assert not Restoring.needed(one)


def test_a_call_has_the_clients_name_and_namespace_again() -> None:
    """Others are the very objects that came."""
    one = session()
    one.tool_names["crm__find"] = ("crm", "find")
    other = ToolStart(ref=2, name="other")
    first, second = restored(one, ToolStart(ref=1, name="crm__find", call_id="c"), other)
    assert first == ToolStart(ref=1, name="find", namespace="crm", call_id="c")
    assert second is other


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (['{"input":"ab"}'], ["ab"]),
        (['{"in', 'put": "a', "b", 'c"}'], ["a", "b", "c"]),
        (['{"input":"a\\', 'nb"}'], ["a", "\nb"]),
        (['{"input":"\\ud8', "3d\\u", 'de00"}'], ["\N{GRINNING FACE}"]),
        (['{"input":"\\ud83d', 'x"}'], ["\ufffdx"]),
        (['{"input":"\\udc00"}'], ["\ufffd"]),
        (['{"input":"\\ud83d'], ["\ufffd"]),
        (['{"input":"a\\x"}'], ["a\\x"]),
        (['{"input":"half'], ["half"]),
        (['{"text":', '"a"}'], ['{"text":', '"a"}']),
        (["{}"], ["{}"]),
        (["[", "1]"], ["[", "1]"]),
        (['{"inpu'], ['{"inpu']),
        (['{"input":7}'], ['{"input":7}']),
        ([], []),
    ],
    ids=repr,
)
def test_the_input_of_a_custom_tool_is_unescaped_as_it_comes(pieces: list[str], expected: list[str]) -> None:
    """What is no such object is passed as it is."""
    one = session()
    one.emulated.add("patch")
    out = restored(
        one,
        ToolStart(ref=1, name="patch", call_id="c"),
        *(ArgsDelta(ref=1, text=piece) for piece in pieces),
        ToolEnd(ref=1),
    )
    assert out[0] == ToolStart(ref=1, name="patch", call_id="c", kind="custom")
    assert [delta.text for delta in out if isinstance(delta, ArgsDelta)] == expected
    assert out[-1] == ToolEnd(ref=1)


def test_arguments_beside_the_input_are_a_loss() -> None:
    """They come too late to be sent in the place of the input."""
    one = session()
    one.emulated.add("patch")
    out = restored(
        one,
        ToolStart(ref=1, name="patch"),
        ArgsDelta(ref=1, text='{"input":"a","more":1}'),
        ToolEnd(ref=1, final='{"input":"a"}', src=4),
    )
    assert out[1:] == [ArgsDelta(ref=1, text="a"), ToolEnd(ref=1, final="a", src=4)]
    assert [(loss.code, loss.at) for loss in one.ledger.losses] == [("L201", "event 4")]


def test_a_structured_answer_is_text_and_no_call() -> None:
    """The model stopped, as the client sees it."""
    one = session()
    one.answer_tool = "json_response"
    out = restored(
        one,
        ToolStart(ref=3, name="json_response", call_id="c", src=1),
        ArgsDelta(ref=3, text='{"a":', src=2),
        ArgsDelta(ref=3, text="1}", src=3),
        ToolEnd(ref=3, src=4),
        Finish(reason="tool_calls", src=5),
    )
    assert out == [
        TextStart(ref=3, src=1),
        TextDelta(ref=3, text='{"a":', src=2),
        TextDelta(ref=3, text="1}", src=3),
        TextEnd(ref=3, src=4),
        Finish(reason="stop", src=5),
    ]


def test_a_structured_answer_without_arguments_is_an_empty_object() -> None:
    """As a call without arguments is."""
    one = session()
    one.answer_tool = "json_response"
    out = restored(one, ToolStart(ref=3, name="json_response"), ToolEnd(ref=3))
    assert out == [TextStart(ref=3), TextDelta(ref=3, text="{}"), TextEnd(ref=3)]


def test_beside_a_structured_answer_a_call_of_the_client_is_still_a_call() -> None:
    """Then the model wants its result."""
    one = session()
    one.answer_tool = "json_response"
    finish = Finish(reason="tool_calls")
    out = restored(one, ToolStart(ref=1, name="json_response"), ToolStart(ref=2, name="f"), finish)
    assert out[-1] is finish


def test_text_is_cut_at_a_stop_sequence_and_the_rest_is_swallowed() -> None:
    """But for the usage, and the end."""
    usage, eof = Usage(counts=Counts(output=9)), Eof()
    out = restored(
        session(stop=("END",)),
        Start(model="m"),
        TextStart(ref=1),
        TextDelta(ref=1, text="abc E"),
        TextDelta(ref=1, text="N"),
        TextDelta(ref=1, text="D more", src=7),
        TextDelta(ref=1, text="and more"),
        TextEnd(ref=1),
        ToolStart(ref=2, name="f"),
        ToolEnd(ref=2),
        Finish(reason="tool_calls"),
        usage,
        eof,
    )
    assert out == [
        Start(model="m"),
        TextStart(ref=1),
        TextDelta(ref=1, text="abc "),
        TextEnd(ref=1, src=7),
        Finish(reason="stop", native="stop_sequence", src=7),
        usage,
        eof,
    ]


def test_text_that_only_begins_like_a_stop_sequence_comes_as_it_was_cut() -> None:
    """It was held back for as long as it might have been one."""
    deltas = [TextDelta(ref=1, text=text) for text in ("a E", "N", "!", "b", "E")]
    end = TextEnd(ref=1)
    restoring = Restoring(session(stop=("END", "")))
    given = [list(restoring.restore(one)) for one in (*deltas, end)]
    assert given == [[], [], deltas[:3], [deltas[3]], [], [deltas[4], end]]


def test_log_probabilities_of_swallowed_tokens_are_left_out() -> None:
    """Those of the text that is sent stay."""
    logprobs = [{"token": "ab"}, {"token": "EN"}, {"token": "D"}]
    delta = TextDelta(ref=1, text="abEND", logprobs=logprobs)
    out = restored(session(stop=("END",)), delta)
    assert out[0] == TextDelta(ref=1, text="ab", logprobs=logprobs[:1])


def test_thoughts_amid_the_text_do_not_hide_a_stop_sequence() -> None:
    """Nor do the pieces of a call that goes on beside it."""
    out = restored(
        session(stop=("END",)),
        TextDelta(ref=1, text="aE"),
        ReasoningDelta(ref=2, text="hm"),
        ArgsDelta(ref=3, text="{"),
        TextDelta(ref=1, text="ND"),
    )
    assert [one.text for one in out if isinstance(one, TextDelta)] == ["a"]
    assert isinstance(out[-1], Finish)


def test_each_choice_is_cut_by_itself() -> None:
    """The other goes on."""
    out = restored(
        session(stop=("X",), choices=2),
        TextDelta(ref=1, choice=0, text="aX"),
        TextDelta(ref=2, choice=1, text="b"),
        TextDelta(ref=1, choice=0, text="c"),
        Finish(choice=1, reason="length"),
        Finish(choice=0, reason="length"),
    )
    assert [one.text for one in out if isinstance(one, TextDelta)] == ["a", "b"]
    assert [(one.choice, one.reason) for one in out if isinstance(one, Finish)] == [
        (0, "stop"),
        (1, "length"),
    ]


def test_an_error_after_the_cut_does_no_harm() -> None:
    """The client has all that it wanted."""
    error = Error(status=502, message="gone", src=3)
    assert restored(session(stop=("X",)), TextDelta(ref=1, text="aX"), error)[-1] == Eof(src=3, clean=False)
    out = restored(session(stop=("X",), choices=2), TextDelta(ref=1, text="aX"), error)
    assert out[-1] is error


def test_a_stop_sequence_is_found_in_a_structured_answer() -> None:
    """It is text like any other."""
    one = session(stop=("}",))
    one.answer_tool = "json_response"
    out = restored(
        one,
        TextStart(ref=1),
        TextDelta(ref=1, text="x"),
        ToolStart(ref=2, name="json_response"),
        ArgsDelta(ref=2, text='{"a":1'),
        ArgsDelta(ref=2, text="}"),
        ToolEnd(ref=2),
    )
    assert [delta.text for delta in out if isinstance(delta, TextDelta)] == ["x", '{"a":1']
    assert isinstance(out[-1], Finish)
