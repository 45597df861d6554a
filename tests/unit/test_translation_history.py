"""Calls next to their results, for upstreams that refuse a conversation without that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import RequestRefused
from harness.translation.ids import SeededMint
from harness.translation.losses import Ledger
from harness.translation.manner import Manner
from harness.translation.requests.from_responses import from_responses
from harness.translation.requests.history import repaired
from harness.translation.session import Session
from harness.turn.conversation import CallPart, OpaquePart, ResultPart, TextPart

if TYPE_CHECKING:
    from harness.turn.conversation import Message


def user(text: str) -> dict[str, Any]:
    """Words of the user."""
    return {"role": "user", "content": text}


def said(text: str) -> dict[str, Any]:
    """Words of the assistant."""
    return {"role": "assistant", "content": text}


def call(name: str, kind: str = "function_call") -> dict[str, Any]:
    """A call whose id is its name."""
    member = "input" if kind == "custom_tool_call" else "arguments"
    return {"type": kind, "id": f"item_{name}", "call_id": name, "name": f"f_{name}", member: "{}"}


def out(name: str, text: str = "done", kind: str = "function_call_output") -> dict[str, Any]:
    """The result of that call."""
    return {"type": kind, "call_id": name, "output": text}


def session_with(**manner: Any) -> Session:
    """A session for an upstream of Chat."""
    return Session(mint=SeededMint(b""), now=lambda: 1, upstream="chat", manner=Manner(**manner))


def told(messages: tuple[Message, ...]) -> list[str]:
    """A conversation in short: `assistant a +b` says a and calls b, `tool b=done` answers it."""
    short = []
    for message in messages:
        words: list[str] = [message.role]
        for part in message.parts:
            match part:
                case TextPart():
                    words.append(part.text)
                case CallPart():
                    words.append(f"+{part.call_id}")
                case ResultPart():
                    text = "".join(one.text for one in part.parts if isinstance(one, TextPart))
                    words.append(f"{part.call_id}={text}")
                case OpaquePart():
                    words.append(f"<{part.kind}>")
                case _:
                    words.append("?")
        short.append(" ".join(words))
    return short


def mended(items: list[dict[str, Any]], session: Session) -> list[str]:
    """The conversation of these items after the repair."""
    request = from_responses({"model": "m", "input": items}, Ledger())
    return told(repaired(request.messages, session))


WELL = [
    pytest.param([user("a"), said("b"), user("c")], ["user a", "assistant b", "user c"], id="no calls"),
    pytest.param(
        [user("a"), call("1"), call("2"), out("1"), out("2"), said("b")],
        ["user a", "assistant +1 +2", "tool 1=done", "tool 2=done", "assistant b"],
        id="parallel calls are one message",
    ),
    pytest.param(
        [call("1"), out("1"), call("2"), out("2")],
        ["assistant +1", "tool 1=done", "assistant +2", "tool 2=done"],
        id="calls after one another stay so",
    ),
    pytest.param(
        [call("1"), out("1", "a"), call("1"), out("1", "b")],
        ["assistant +1", "tool 1=a", "assistant +1", "tool 1=b"],
        id="an id that is used again",
    ),
    pytest.param(
        [said("ok"), user("a"), said("ok"), user(" ")],
        ["assistant ok", "user a", "assistant ok", "user  "],
        id="what is said twice, and what is only a space",
    ),
]


@pytest.mark.parametrize(("items", "expected"), WELL)
def test_a_conversation_in_order_stays_as_it_is(items: list[dict[str, Any]], expected: list[str]) -> None:
    """The very messages come back, and nothing is reported."""
    session = session_with()
    request = from_responses({"model": "m", "input": items}, Ledger())
    messages = repaired(request.messages, session)
    assert told(messages) == expected
    assert all(one is two for one, two in zip(messages, request.messages, strict=True))
    assert session.ledger.losses == []


MENDED = [
    pytest.param(
        [call("1"), call("2"), out("2"), out("1")],
        ["assistant +1 +2", "tool 1=done", "tool 2=done"],
        id="results in the order of the calls",
    ),
    pytest.param(
        [said("let me see"), call("1"), said("almost"), out("1"), user("a")],
        ["assistant let me see +1 almost", "tool 1=done", "user a"],
        id="words between a call and its result",
    ),
    pytest.param(
        [call("1"), call("2"), out("1"), said("one more"), out("2"), user("a")],
        ["assistant +1 +2 one more", "tool 1=done", "tool 2=done", "user a"],
        id="words between the results of a turn",
    ),
    pytest.param(
        [call("1"), call("2"), out("1"), call("3"), out("2"), out("3")],
        ["assistant +1 +2 +3", "tool 1=done", "tool 2=done", "tool 3=done"],
        id="a call between the results of a turn",
    ),
    pytest.param(
        [call("1"), user("wait"), user("please"), out("1"), said("b")],
        ["assistant +1", "tool 1=done", "user wait", "user please", "assistant b"],
        id="words of the user between a call and its result",
    ),
    pytest.param(
        [call("1"), user("wait"), call("2"), out("1"), out("2")],
        ["assistant +1", "tool 1=done", "user wait", "assistant +2", "tool 2=done"],
        id="turns with words of the user between them stay two",
    ),
    pytest.param(
        [out("1"), call("1"), user("a")],
        ["assistant +1", "tool 1=done", "user a"],
        id="a result before its call",
    ),
    pytest.param(
        [call("1", "custom_tool_call"), call("2"), out("2"), out("1", kind="custom_tool_call_output")],
        ["assistant +1 +2", "tool 1=done", "tool 2=done"],
        id="custom tools are the same",
    ),
]


@pytest.mark.parametrize(("items", "expected"), MENDED)
def test_calls_and_results_come_next_to_each_other(items: list[dict[str, Any]], expected: list[str]) -> None:
    """Nothing is lost on the way, so nothing is reported."""
    session = session_with()
    assert mended(items, session) == expected
    assert session.ledger.losses == []


def test_a_call_that_nobody_answered_is_given_a_stub_and_all_else_stays() -> None:
    """What comes after it is not cut off, as it once was elsewhere."""
    session = session_with()
    items = [user("a"), call("1"), call("2", "custom_tool_call"), user("b"), out("1")]
    assert mended(items, session) == [
        "user a",
        "assistant +1 +2",
        "tool 1=done",
        "tool 2=no output",
        "user b",
    ]
    assert [(loss.code, loss.at) for loss in session.ledger.losses] == [("L140", "/input/2")]


def test_an_unanswered_call_may_be_kept_as_it_is() -> None:
    """The upstream may know what to do."""
    session = session_with(stub_results="keep")
    assert mended([call("1"), user("b")], session) == ["assistant +1", "user b"]
    assert session.ledger.losses == []


def test_an_unanswered_call_may_be_refused() -> None:
    """In the words in which OpenAI refuses it."""
    with pytest.raises(RequestRefused) as caught:
        mended([call("1"), user("b")], session_with(stub_results="error"))
    assert caught.value.message == "No tool output found for function call 1."
    assert (caught.value.status, caught.value.param) == (400, "input")


def test_of_several_results_the_last_counts_in_the_place_of_the_first() -> None:
    """A client that sends a result again means the new one."""
    session = session_with()
    items = [call("1"), out("1", "old"), user("a"), out("1", "new"), said("b")]
    assert mended(items, session) == ["assistant +1", "tool 1=new", "user a", "assistant b"]
    assert [(loss.code, loss.at, loss.detail) for loss in session.ledger.losses] == [
        ("L142", "/input/1", "/input/3")
    ]


def test_a_result_without_a_call_is_an_error() -> None:
    """Nobody knows what it answers."""
    session = session_with()
    assert mended([user("a"), out("9"), user("b")], session) == ["user a", "user b"]
    refused = session.ledger.refused()
    assert refused is not None
    assert (refused.code, refused.at) == ("L141", "/input/1")


def test_a_result_without_a_call_is_given_one_where_its_tool_is_known() -> None:
    """A policy that allows it has the conversation sent whole."""
    session = session_with()
    items = [user("a"), {**out("9"), "name": "f"}]
    assert mended(items, session) == ["user a", "assistant +9", "tool 9=done"]
    assert [loss.code for loss in session.ledger.losses] == ["L141"]


def test_an_orphan_among_the_results_of_a_turn_comes_after_them() -> None:
    """Nothing stands between a call and its results."""
    session = session_with()
    items = [call("1"), {**out("9"), "name": "f"}, out("1")]
    assert mended(items, session) == ["assistant +1", "tool 1=done", "assistant +9", "tool 9=done"]


SHELL = {
    "type": "local_shell_call",
    "id": "lsh_1",
    "call_id": "s",
    "status": "completed",
    "action": {"type": "exec"},
}
SHELL_OUT = {"type": "local_shell_call_output", "id": "s", "output": "ok"}


@pytest.mark.parametrize(
    ("manner", "expected", "codes"),
    [
        ("drop", ["user a", "assistant +1", "tool 1=done"], ["L146", "L146"]),
        ("error", ["user a", "assistant +1", "tool 1=done"], ["L145", "L146"]),
    ],
)
def test_what_the_client_ran_of_a_providers_tools_is_left_out_or_refused(
    manner: str, expected: list[str], codes: list[str]
) -> None:
    """A call and its result go together."""
    session = session_with(foreign_items=manner)
    assert mended([user("a"), SHELL, call("1"), SHELL_OUT, out("1")], session) == expected
    assert [loss.code for loss in session.ledger.losses] == codes


def test_what_the_client_ran_of_a_providers_tools_may_be_told_in_words() -> None:
    """The call in the assistant's words, the result in the user's, and neither between a call and its result."""
    session = session_with(foreign_items="text")
    messages = mended([SHELL, call("1"), SHELL_OUT, out("1"), said("b")], session)
    assert [message.split()[0] for message in messages] == ["assistant", "tool", "user", "assistant"]
    assert "local_shell_call" in messages[0]
    assert "+1" in messages[0]
    assert "local_shell_call_output" in messages[2]


def test_what_the_provider_ran_is_left_to_whoever_writes_the_request() -> None:
    """Some upstreams have a place for it."""
    items = [{"type": "web_search_call", "id": "ws_1", "status": "completed"}, said("b")]
    assert mended(items, session_with()) == ["assistant <web_search_call> b"]
