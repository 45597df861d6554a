"""What clients of Chat Completions are sent for each thing that a turn may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.translation.manner import Manner
from harness.translation.writers.chat import ChatWriter
from harness.turn.increments import (
    Annotation,
    ArgsDelta,
    Audio,
    Eof,
    Error,
    Finish,
    Image,
    MessageStart,
    ReasoningDelta,
    ReasoningEnd,
    ReasoningStart,
    RefusalDelta,
    RefusalEnd,
    RefusalStart,
    ServerTool,
    Start,
    TextDelta,
    TextEnd,
    TextStart,
    ToolEnd,
    ToolStart,
    Usage,
)
from harness.turn.turn import Usage as Counts
from tests.writing import NOW, Json, payloads, session_of, written

if TYPE_CHECKING:
    from harness.translation.profiles import UpstreamDialect
    from harness.translation.session import Session
    from harness.turn.increments import Increment

ASKED: Json = {"model": "m", "messages": [], "stream": True}
START = Start(upstream_id="msg_up", model="served", created=1_768_392_000, dialect="anthropic")
STOP, CALLS = Finish(reason="stop"), Finish(reason="tool_calls")
TEXT: tuple[Increment, ...] = (TextStart(ref=1), TextDelta(ref=1, text="Hé"), TextEnd(ref=1))
COUNTS = Counts(input=9, output=3, total=12)
FAILED = Error(status=502, code="upstream_disconnected", message="gone")


def answered(
    *increments: Increment,
    body: Json | None = ASKED,
    upstream: UpstreamDialect = "anthropic",
    manner: Manner | None = None,
) -> tuple[list[Json], ChatWriter, Session]:
    """The chunks of a turn, its writer and its exchange."""
    session = session_of(body, upstream, manner)
    writer = ChatWriter(session)
    return payloads(written(writer, increments)), writer, session


def deltas(chunks: list[Json], index: int = 0) -> list[Json]:
    """The deltas of one answer."""
    return [one["delta"] for chunk in chunks for one in chunk.get("choices", []) if one["index"] == index]


def lost(session: Session) -> list[str]:
    """The codes of the losses, in order."""
    return [one.code for one in session.ledger.losses]


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


THOUGHT: tuple[Increment, ...] = (
    ReasoningStart(ref=1),
    ReasoningDelta(ref=1, text="One", visibility="summary"),
    ReasoningDelta(ref=1, text=".", visibility="summary"),
    ReasoningDelta(ref=1, text="Two", visibility="summary", part=1),
    ReasoningEnd(ref=1, signature="sig", vendor="anthropic"),
)


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


def test_annotations_count_from_the_beginning_of_the_message() -> None:
    """A turn may have several texts, and Chat joins them."""
    chunks, _, session = answered(
        START,
        *TEXT,
        TextStart(ref=2),
        TextDelta(ref=2, text="Oslo"),
        Annotation(ref=2, url="https://example.org/", title="T", begin=1, end=3),
        Annotation(ref=2, kind="file_citation", src=4),
        TextEnd(ref=2),
        STOP,
        Eof(),
    )
    citation = {"start_index": 3, "end_index": 5, "title": "T", "url": "https://example.org/"}
    assert deltas(chunks)[3] == {"annotations": [{"type": "url_citation", "url_citation": citation}]}
    assert lost(session) == ["L231"]


def test_log_probabilities_stand_beside_their_text() -> None:
    """In chunks, and all of them in the whole answer."""
    entry = {"token": "Hi", "logprob": -0.5, "bytes": [72, 105], "top_logprobs": []}
    chunks, writer, _ = answered(
        START, TextStart(ref=1), TextDelta(ref=1, text="Hi", logprobs=[entry]), TextEnd(ref=1), STOP, Eof()
    )
    expected = {"content": [entry], "refusal": None}
    assert chunks[1]["choices"][0]["logprobs"] == expected
    assert writer.whole()["choices"][0]["logprobs"] == expected


def test_a_refusal_is_no_text() -> None:
    """The message has null for content then."""
    chunks, writer, _ = answered(
        START, RefusalStart(ref=1), RefusalDelta(ref=1, text="No."), RefusalEnd(ref=1), STOP, Eof()
    )
    assert deltas(chunks)[1] == {"refusal": "No."}
    message = writer.whole()["choices"][0]["message"]
    assert (message["content"], message["refusal"]) == (None, "No.")


def test_spoken_output_is_put_together() -> None:
    """Its pieces go out as they came."""
    chunks, writer, _ = answered(
        START,
        Audio(raw={"id": "audio_1", "data": "AA", "transcript": "He"}),
        Audio(raw={"data": "BB", "transcript": "y"}),
        Audio(raw={"expires_at": 5}),
        STOP,
        Eof(),
        upstream="chat",
    )
    assert deltas(chunks)[2] == {"audio": {"data": "BB", "transcript": "y"}}
    audio = {"id": "audio_1", "data": "AABB", "transcript": "Hey", "expires_at": 5}
    assert writer.whole()["choices"][0]["message"]["audio"] == audio


def test_what_chat_has_no_place_for_is_told() -> None:
    """Pictures, tools of the provider, and the phase of a message; each once."""
    _, _, session = answered(
        START,
        MessageStart(ref=1, phase="commentary", src=1),
        ServerTool(ref=2, kind="web_search_call", step="start", src=2),
        ServerTool(ref=2, kind="web_search_call", step="end", src=3),
        Image(media_type="image/png", data="AA", src=4),
        STOP,
        Eof(),
    )
    assert [(one.code, one.at) for one in session.ledger.losses] == [
        ("L235", "event 1"),
        ("L233", "event 2"),
        ("L232", "event 4"),
    ]


def test_answers_are_heard_of_in_their_order() -> None:
    """And more of them than were asked for are left out."""
    chunks, writer, session = answered(
        START,
        TextStart(ref=1, choice=1),
        TextDelta(ref=1, choice=1, text="B"),
        TextEnd(ref=1, choice=1),
        TextStart(ref=2, choice=2),
        TextDelta(ref=2, choice=2, text="C"),
        TextEnd(ref=2, choice=2),
        *(Finish(choice=index, reason="stop") for index in range(3)),
        Eof(),
        body={**ASKED, "n": 2},
    )
    assert [one["index"] for chunk in chunks for one in chunk["choices"]] == [0, 1, 1, 0, 1]
    assert [one["message"]["content"] for one in writer.whole()["choices"]] == ["", "B"]
    assert lost(session) == ["L234"]


def test_usage_has_a_chunk_of_its_own_where_it_was_asked_for() -> None:
    """The other chunks then say null."""
    body = {**ASKED, "stream_options": {"include_usage": True}}
    chunks, _, _ = answered(START, *TEXT, STOP, Usage(counts=COUNTS), Eof(), body=body)
    assert [one["usage"] for one in chunks[:-1]] == [None, None, None]
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"] == {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}


def test_usage_that_nobody_asked_for_is_told_as_lost() -> None:
    """A whole answer has it all the same."""
    chunks, writer, session = answered(START, *TEXT, STOP, Usage(counts=COUNTS), Eof())
    assert not any("usage" in one for one in chunks)
    assert lost(session) == ["L243"]
    assert writer.whole()["usage"]["total_tokens"] == 12


def test_an_answer_that_says_nothing_has_the_role_and_the_reason() -> None:
    """And no text that nobody said."""
    chunks, writer, _ = answered(START, STOP, Eof())
    assert deltas(chunks) == [{"role": "assistant", "content": "", "refusal": None}, {}]
    assert writer.whole()["choices"][0]["message"]["content"] == ""


def test_what_a_chat_upstream_says_besides_is_kept() -> None:
    """Members of chunks and choices that no schema has, padding, and the verdict of a moderation after the usage."""
    start = Start(dialect="chat", raw={"id": "x", "object": "y", "provider": "P", "usage": None})
    raw = {
        "obfuscation": "pad",
        "moderation": {"flagged": False},
        "choice": {"native_finish_reason": "end", "text": ""},
    }
    finish = Finish(reason="stop", dialect="chat", raw=raw)
    body = {**ASKED, "stream_options": {"include_usage": True}}
    chunks, writer, _ = answered(
        start, TextStart(ref=1), TextDelta(ref=1, text="a", obfuscation="zz"), TextEnd(ref=1), finish,
        Usage(counts=COUNTS), Eof(), body=body, upstream="chat",
    )  # fmt: skip
    assert [one.get("provider") for one in chunks] == ["P", None, None, None, None]
    assert [one.get("obfuscation") for one in chunks] == [None, "zz", "pad", None, None]
    assert chunks[2]["choices"][0]["native_finish_reason"] == "end"
    assert chunks[-1]["moderation"] == {"flagged": False}
    whole = writer.whole()
    assert (whole["provider"], whole["moderation"]) == ("P", {"flagged": False})
    assert whole["choices"][0]["native_finish_reason"] == "end"


def test_losses_may_be_told_in_the_stream() -> None:
    """As comments before its end, which clients do not see."""
    writer = ChatWriter(session_of(ASKED, manner=Manner(stream_losses=True)))
    stream = written(writer, (START, *THOUGHT, *TEXT, STOP, Eof()))
    assert b': harness-loss {"code":"L230"' in stream
    assert stream.endswith(b"\n\ndata: [DONE]\n\n")


def test_what_a_responses_upstream_says_besides_is_told_as_lost() -> None:
    """But for what repeats the request, and what says nothing."""
    raw = {
        "id": "resp_1",
        "temperature": 1.0,
        "moderation": {"flagged": True},
        "billing": {"n": 0},
        "extra": 1,
    }
    finish = Finish(reason="stop", dialect="responses", raw=raw, src=9)
    _, _, session = answered(START, *TEXT, finish, Eof(), upstream="responses")
    assert [(one.code, one.at, one.detail) for one in session.ledger.losses] == [
        ("L235", "event 9", "extra, moderation")
    ]
