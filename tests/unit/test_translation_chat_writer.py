"""What clients of Chat Completions are sent for each thing that a turn may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.translation.manner import Manner
from harness.translation.writers.chat import ChatWriter
from harness.turn.increments import (
    ArgsDelta,
    Eof,
    Error,
    ReasoningDelta,
    ReasoningEnd,
    ReasoningStart,
    Start,
    ToolEnd,
    ToolStart,
    Usage,
)
from tests.chat_answers import ASKED, CALLS, COUNTS, START, STOP, TEXT, THOUGHT, answered, deltas, lost
from tests.writing import NOW, payloads, session_of, written

if TYPE_CHECKING:
    from harness.translation.profiles import UpstreamDialect


FAILED = Error(status=502, code="upstream_disconnected", message="gone")


def test_chunks_are_as_openai_writes_them() -> None:
    """One thing a chunk, constants in all of them, the finish reason in one of its own, and `[DONE]`."""
    writer = ChatWriter(session_of(ASKED))
    start = Start(model="served", created=7, service_tier="default", fingerprint="fp_1")
    stream = written(writer, (start, *TEXT, STOP, Eof()))
    identity = str(payloads(stream)[0]["id"])
    head = (
        f'data: {{"id":"{identity}","object":"chat.completion.chunk","created":7,"model":"served",'
        '"service_tier":"default","system_fingerprint":"fp_1","choices":[{"index":0,"delta":'
    )
    ends = '},"logprobs":null,"finish_reason":null}]}\n\n'
    assert identity.startswith("chatcmpl-")
    assert stream.decode() == (
        head + '{"role":"assistant","content":"","refusal":null' + ends
        + head + '{"content":"Hé"' + ends
        + head + '{},"logprobs":null,"finish_reason":"stop"}]}\n\n'
        + "data: [DONE]\n\n"
    )  # fmt: skip


def test_nothing_is_written_before_there_is_content() -> None:
    """An error may still come, which is then told with an HTTP status."""
    session = session_of(ASKED)
    writer = ChatWriter(session)
    assert written(writer, (START, Usage(counts=COUNTS), FAILED, Eof(clean=False))) == b""
    assert not writer.begun


def test_the_role_may_go_out_at_once() -> None:
    """Then an error is told in the stream."""
    chunks, writer, _ = answered(START, FAILED, Eof(clean=False), manner=Manner(early_role=True))
    assert writer.begun
    assert deltas(chunks) == [{"role": "assistant", "content": "", "refusal": None}]
    assert chunks[-1] == {
        "error": {"message": "gone", "type": "server_error", "param": None, "code": "upstream_disconnected"}
    }


@pytest.mark.parametrize(("manner", "end"), [(Manner(), b"}}\n\n"), (Manner(error_done=True), b"[DONE]\n\n")])
def test_after_an_error_there_is_no_finish_and_no_sentinel(manner: Manner, end: bytes) -> None:
    """Unless the manner wants the sentinel."""
    stream = written(
        ChatWriter(session_of(ASKED, manner=manner)), (START, *TEXT[:2], FAILED, Eof(clean=False))
    )
    assert b'finish_reason":"' not in stream
    assert stream.endswith(end)


@pytest.mark.parametrize(
    ("upstream", "identity"), [("chat", "chatcmpl-up"), ("gemini", "chatcmpl-"), ("responses", "chatcmpl-")]
)
def test_an_id_of_the_same_dialect_is_kept_and_others_are_made(
    upstream: UpstreamDialect, identity: str
) -> None:
    """So are the model and the time, whoever said them."""
    chunks, _, _ = answered(
        Start(upstream_id="chatcmpl-up", dialect=upstream), *TEXT, STOP, Eof(), upstream=upstream
    )
    assert all(one["id"].startswith(identity) for one in chunks)
    assert (chunks[0]["id"] == "chatcmpl-up") == (upstream == "chat")
    assert {(one["created"], one["model"]) for one in chunks} == {(NOW, "m")}


def test_calls_are_counted_from_0_and_named_once() -> None:
    """The first one of an answer comes with the role, as OpenAI sends it; later pieces have arguments only."""
    chunks, writer, _ = answered(
        START,
        ToolStart(ref=5, name="f", call_id="call_a"),
        ToolStart(ref=9, name="g", call_id="call_b", kind="custom"),
        ArgsDelta(ref=9, text="SELECT"),
        ArgsDelta(ref=5, text="{}"),
        ToolEnd(ref=5),
        ToolEnd(ref=9),
        CALLS,
        Eof(),
    )
    first = {"index": 0, "id": "call_a", "type": "function", "function": {"name": "f", "arguments": ""}}
    second = {"index": 1, "id": "call_b", "type": "custom", "custom": {"name": "g", "input": ""}}
    assert deltas(chunks) == [
        {"role": "assistant", "content": None, "tool_calls": [first], "refusal": None},
        {"tool_calls": [second]},
        {"tool_calls": [{"index": 1, "custom": {"input": "SELECT"}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]},
        {},
    ]
    message = writer.whole()["choices"][0]["message"]
    assert message["content"] is None
    assert message["tool_calls"] == [
        {"id": "call_a", "type": "function", "function": {"name": "f", "arguments": "{}"}},
        {"id": "call_b", "type": "custom", "custom": {"name": "g", "input": "SELECT"}},
    ]


def test_clients_of_the_form_before_tools_are_answered_in_it() -> None:
    """It holds one call, so that a second is a loss."""
    chunks, writer, session = answered(
        START,
        ToolStart(ref=1, name="f", call_id="call_a"),
        ArgsDelta(ref=1, text="{}"),
        ToolEnd(ref=1),
        ToolStart(ref=2, name="g", call_id="call_b"),
        ArgsDelta(ref=2, text="{}"),
        ToolEnd(ref=2),
        CALLS,
        Eof(),
        body={**ASKED, "functions": [{"name": "f"}]},
    )
    assert deltas(chunks) == [
        {
            "role": "assistant",
            "content": None,
            "function_call": {"name": "f", "arguments": ""},
            "refusal": None,
        },
        {"function_call": {"arguments": "{}"}},
        {},
    ]
    assert chunks[-1]["choices"][0]["finish_reason"] == "function_call"
    assert writer.whole()["choices"][0]["message"]["function_call"] == {"name": "f", "arguments": "{}"}
    assert "L127" in lost(session)


def test_thought_is_left_out_and_told() -> None:
    """Chat has no place for it."""
    chunks, _, session = answered(START, *THOUGHT, *TEXT, STOP, Eof())
    assert deltas(chunks)[1:] == [{"content": "Hé"}, {}]
    assert lost(session).count("L230") == 1


@pytest.mark.parametrize("member", ["reasoning_content", "reasoning"])
def test_thought_goes_where_the_manner_says_its_parts_set_apart(member: Any) -> None:
    """What seals it has no place in a text, and is told as lost."""
    chunks, writer, session = answered(START, *THOUGHT, STOP, Eof(), manner=Manner(reasoning=member))
    assert deltas(chunks)[1:4] == [{member: "One"}, {member: "."}, {member: "\n\nTwo"}]
    assert writer.whole()["choices"][0]["message"][member] == "One.\n\nTwo"
    assert lost(session) == ["L230"]


def test_thought_in_details_has_its_parts_and_its_seal() -> None:
    """The text goes beside them, as OpenRouter sends both."""
    chunks, writer, session = answered(
        START,
        ReasoningStart(ref=1),
        ReasoningDelta(ref=1, text="Hm"),
        ReasoningEnd(ref=1, signature="sig", vendor="anthropic"),
        ReasoningStart(ref=2),
        ReasoningEnd(ref=2, encrypted="blob", vendor="anthropic"),
        STOP,
        Eof(),
        manner=Manner(reasoning="reasoning_details"),
    )
    assert deltas(chunks)[1]["reasoning"] == "Hm"
    vendor = {"format": "anthropic-claude-v1"}
    message = writer.whole()["choices"][0]["message"]
    assert message["reasoning"] == "Hm"
    assert message["reasoning_details"] == [
        {"type": "reasoning.text", "text": "Hm", "index": 0, "signature": "sig", **vendor},
        {"type": "reasoning.encrypted", "data": "blob", **vendor, "index": 1},
    ]
    assert lost(session) == []


@pytest.mark.parametrize(("member", "codes"), [("drop", ["L230"]), ("reasoning_content", [])])
def test_the_signature_of_a_call_goes_to_clients_that_take_thought(member: Any, codes: list[str]) -> None:
    """In the form of Google's own endpoint for OpenAI's clients."""
    chunks, writer, session = answered(
        START,
        ToolStart(ref=1, name="f", call_id="call_a"),
        ArgsDelta(ref=1, text="{}"),
        ToolEnd(ref=1, signature="sig", vendor="gemini"),
        CALLS,
        Eof(),
        manner=Manner(reasoning=member),
    )
    sealed = {"google": {"thought_signature": "sig"}}
    fragments = [one for delta in deltas(chunks) for one in delta.get("tool_calls", [])]
    assert [one["extra_content"] for one in fragments if "extra_content" in one] == [sealed] * (not codes)
    call = writer.whole()["choices"][0]["message"]["tool_calls"][0]
    assert call.get("extra_content") == (None if codes else sealed)
    assert lost(session) == codes
