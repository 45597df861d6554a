"""What the Chat machine notices in a stream, and what the stream amounts to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from harness.dialects.chat import DIALECT
from harness.dialects.chat import grammar as g
from harness.dialects.chat.machine import ChatMachine
from harness.rules.example import parse_example
from harness.sse.decoder import Decoder
from harness.sse.event import SseEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.dialects.signal import Signal

HEAD: dict[str, Any] = {
    "id": "chatcmpl-1",
    "object": "chat.completion.chunk",
    "created": 1768392000,
    "model": "m",
}
ROLE = {"role": "assistant", "content": ""}
CALL = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}}


def chunk(delta: object = None, finish: str | None = None, index: int = 0, **more: Any) -> dict[str, Any]:
    """A chunk with one choice."""
    entry = {"index": index, "delta": delta or {}, "logprobs": None, "finish_reason": finish}
    return {**HEAD, "choices": [entry], **more}


def calls(*fragments: object) -> dict[str, Any]:
    """A chunk with fragments of tool calls."""
    return chunk({"tool_calls": list(fragments)})


def arguments(text: str, index: int = 0) -> dict[str, Any]:
    """A plain fragment of arguments."""
    return calls({"index": index, "function": {"arguments": text}})


def followed(
    bodies: Sequence[dict[str, Any]], machine: ChatMachine | None = None
) -> tuple[ChatMachine, list[Signal]]:
    """A machine that has taken these chunks, and its signals."""
    machine = machine or ChatMachine()
    said: list[Signal] = []
    for number, body in enumerate(bodies):
        event = SseEvent(number, None, b"", None, None, number * 10, number * 10 + 10)
        said += machine.step(DIALECT.kind(body) or "")(event, json.loads(json.dumps(body)))
    said += machine.finish()
    return machine, said


def shipped(name: str) -> tuple[ChatMachine, list[Signal]]:
    """The same for a shipped stream, its request included."""
    exchange = parse_example(f"stream: chat/{name}").exchange
    assert exchange.response is not None
    machine = ChatMachine(DIALECT.asked("/v1/chat/completions", json.loads(exchange.request.body)))
    said: list[Signal] = []
    for event in Decoder().feed(exchange.response.body()):
        if event.data == b"[DONE]":
            said += machine.done(event)
            continue
        body = msgspec.json.decode(event.data)
        said += machine.step(DIALECT.kind(body) or "")(event, body)
    said += machine.finish()
    return machine, said


LEGAL = {
    "choice-opened",
    "choice-finished",
    "call-opened",
    "usage",
    "moderation",
    "error",
    "audio",
    "logprobs",
}

CASES: dict[str, list[dict[str, Any]]] = {
    "id-changed": [chunk(ROLE), chunk({"content": "a"}, id="other")],
    "id-empty": [chunk(ROLE, id="")],
    "created-changed": [chunk(ROLE), chunk({"content": "a"}, created=1)],
    "created-unit": [chunk(ROLE, created=1768392000123)],
    "model-changed": [chunk(ROLE), chunk({"content": "a"}, model="other")],
    "model-empty": [chunk(ROLE, model="")],
    "fingerprint-changed": [chunk(ROLE, system_fingerprint="a"), chunk({}, system_fingerprint="b")],
    "choices-missing": [{**HEAD}],
    "choices-empty": [{**HEAD, "choices": []}],
    "choices-late": [{**HEAD, "choices": [], "usage": {}}],
    "filter-chunk": [{"id": "", "object": "", "choices": [], "prompt_filter_results": []}],
    "usage-beside-choices": [chunk(ROLE, usage={})],
    "usage-repeated": [
        chunk(ROLE),
        {**HEAD, "choices": [], "usage": {}},
        {**HEAD, "choices": [], "usage": {}},
    ],
    "usage-not-last": [chunk(ROLE), {**HEAD, "choices": [], "usage": {}}, chunk({"content": "a"})],
    "usage-key-absent": [chunk(ROLE)],
    "error-null": [chunk(ROLE, error=None)],
    "error-beside-choices": [chunk(ROLE, error={"message": "it failed"})],
    "error-again": [{"error": {"message": "a"}}, {"error": {"message": "b"}}],
    "after-error": [{"error": {"message": "a"}}, chunk(ROLE)],
    "choice-index-order": [chunk(ROLE, index=1)],
    "choice-extra": [
        {**HEAD, "choices": [{"index": 0, "delta": ROLE, "finish_reason": None, "message": {}}]}
    ],
    "finish-key-absent": [{**HEAD, "choices": [{"index": 0, "delta": ROLE}]}],
    "delta-extra": [chunk({**ROLE, "token_id": 1})],
    "role-missing": [chunk({"content": "a"})],
    "role-repeated": [chunk(ROLE), chunk(ROLE)],
    "role-other": [chunk({"role": "model"})],
    "content-cumulative": [
        chunk({**ROLE, "content": "a"}),
        chunk({"content": "ab"}),
        chunk({"content": "abc"}, "stop"),
    ],
    "refusal-mixed": [chunk({**ROLE, "content": "a", "refusal": "b"})],
    "reasoning-doubled": [chunk({**ROLE, "reasoning": "a", "reasoning_content": "a"})],
    "reasoning-reopened": [chunk({**ROLE, "content": "a"}), chunk({"reasoning": "b"})],
    "finish-reason-empty": [chunk(ROLE, "")],
    "finish-repeated": [chunk(ROLE), chunk({}, "stop"), chunk({}, "stop")],
    "finish-delta-filled": [chunk({**ROLE, "content": "a"}, "stop")],
    "after-finish": [chunk(ROLE), chunk({}, "stop"), chunk({"content": "a"})],
    "unfinished": [chunk(ROLE)],
    "calls-empty": [chunk({**ROLE, "tool_calls": []})],
    "call-index-gap": [chunk({**ROLE, "tool_calls": [{**CALL, "index": 1}]})],
    "call-id-changed": [chunk({**ROLE, "tool_calls": [CALL]}), calls({**CALL, "id": "call_2"})],
    "call-id-shared": [chunk({**ROLE, "tool_calls": [CALL]}), calls({**CALL, "index": 1})],
    "call-field-repeated": [chunk({**ROLE, "tool_calls": [CALL]}), calls(CALL)],
    "call-interleaved": [
        chunk({**ROLE, "tool_calls": [CALL, {**CALL, "index": 1, "id": "b"}]}),
        arguments("x"),
    ],
    "audio-id-changed": [chunk({**ROLE, "audio": {"id": "a"}}), chunk({"audio": {"id": "b"}})],
    "audio-late": [chunk({**ROLE, "audio": {"expires_at": 1}}), chunk({"audio": {"data": "AA=="}})],
    "audio-data": [chunk({**ROLE, "audio": {"data": "not base64"}})],
}
"""For each signal that is not given in a stream that keeps the protocol: chunks that make the machine give it."""


@pytest.mark.parametrize("kind", CASES)
def test_the_machine_notices(kind: str) -> None:
    """Each deviation gives its signal."""
    _, said = followed(CASES[kind])
    assert kind in {signal.kind for signal in said}


def test_every_signal_is_either_legal_or_shown_here() -> None:
    """No name without a meaning, no meaning without a case."""
    assert set(g.SIGNALS) == LEGAL | set(CASES)


@pytest.mark.parametrize(
    "name",
    [
        "text",
        "tool",
        "parallel",
        "two_choices",
        "refusal",
        "logprobs",
        "audio",
        "moderation",
        "custom_tool",
        "error",
    ],
)
def test_a_stream_that_keeps_the_protocol_gives_legal_signals_only(name: str) -> None:
    """Shipped streams of every kind."""
    _, said = shipped(name)
    assert {signal.kind for signal in said} <= LEGAL


@pytest.mark.parametrize(
    ("name", "text", "finish"),
    [("text", "Red and blue.", "stop"), ("length", "Once upon a time", "length"), ("audio", "", None)],
)
def test_the_content_is_the_deltas_put_together(name: str, text: str, finish: str | None) -> None:
    """Whichever path each delta took."""
    machine, _ = shipped(name)
    choice = machine.choices[0]
    assert (choice.content.text, choice.finish, choice.role) == (text, finish, "assistant")


def test_plain_text_takes_the_short_path() -> None:
    """What the careful path has to look at is the beginning, and what is unlike the chunk before."""
    machine, _ = followed([chunk(ROLE), *(chunk({"content": f"{n} "}) for n in range(50))])
    assert machine.choices[0].content.text == "".join(f"{n} " for n in range(50))
    assert machine.chunks == 3


def test_plain_arguments_take_the_short_path() -> None:
    """Only the first fragment is looked at."""
    machine, _ = followed([chunk({**ROLE, "tool_calls": [CALL]}), *(arguments(str(n)) for n in range(9))])
    assert machine.choices[0].calls[0].arguments.text == "012345678"
    assert machine.chunks == 1


def test_a_change_between_plain_chunks_is_not_missed() -> None:
    """The short path compares the constants and counts the keys."""
    plain = [chunk(ROLE), chunk({"content": "a"}), chunk({"content": "b"}), chunk({"content": "c"})]
    changes: tuple[dict[str, Any], ...] = (
        {"id": "x"},
        {"model": "x"},
        {"created": 5},
        {"error": None},
        {"usage": {}},
    )
    for change in changes:
        _, said = followed([*plain, {**chunk({"content": "d"}), **change}])
        assert len({signal.kind for signal in said} - LEGAL - {"usage-key-absent", "unfinished"}) == 1, change


def test_parallel_calls_are_kept_in_the_order_in_which_they_came() -> None:
    """With their names, ids and whole arguments."""
    machine, _ = shipped("parallel")
    made = machine.choices[0].calls
    assert [(call.index, call.name, call.arguments.text) for call in made.values()] == [
        (0, "get_weather", '{"city": "Oslo"}'),
        (1, "get_time", '{"city": "Oslo"}'),
    ]
    assert all(call.id.startswith("call_") and call.type == "function" for call in made.values())


def test_two_calls_under_one_index_are_told_apart_by_their_ids() -> None:
    """As a careful client would; the signal says that others do not."""
    second = {**CALL, "id": "call_2", "function": {"name": "h", "arguments": "{}"}}
    machine, _ = followed([chunk({**ROLE, "tool_calls": [CALL]}), arguments("[]"), calls(second)])
    made = machine.choices[0].calls
    assert [(call.id, call.name, call.arguments.text) for call in made.values()] == [
        ("call_1", "f", "[]"),
        ("call_2", "h", "{}"),
    ]


def test_a_new_id_without_a_name_is_the_same_call() -> None:
    """Servers that make an id for each fragment still mean one call."""
    fragment = {"index": 0, "id": "call_2", "function": {"arguments": "x"}}
    machine, said = followed([chunk({**ROLE, "tool_calls": [CALL]}), calls(fragment)])
    assert [call.arguments.text for call in machine.choices[0].calls.values()] == ["x"]
    assert [signal.kind for signal in said].count("call-id-changed") == 1


def test_a_custom_tool_has_its_input_as_arguments() -> None:
    """And its type."""
    machine, _ = shipped("custom_tool")
    call = machine.choices[0].calls[0]
    assert (call.type, call.name, call.arguments.text) == ("custom", "run_shell", "echo hello")


def test_the_older_form_of_a_call_is_kept_apart() -> None:
    """It has no id, so it is no tool call."""
    machine, _ = shipped("function_call")
    choice = machine.choices[0]
    assert choice.function_call is not None
    assert (choice.function_call.name, choice.function_call.arguments.text) == (
        "get_weather",
        '{"city":"Oslo"}',
    )
    assert not choice.calls
    assert choice.called


def test_reasoning_is_read_under_both_names_and_once() -> None:
    """A delta that has it twice says it once."""
    machine, _ = followed(
        [
            chunk({**ROLE, "reasoning_content": "a"}),
            chunk({"reasoning": "b", "reasoning_details": [{"text": "b"}]}),
            chunk({"reasoning": "c", "reasoning_content": "c"}),
        ]
    )
    assert machine.choices[0].reasoning.text == "abc"
    assert machine.choices[0].reasoning_details == [{"text": "b"}]


def test_audio_is_put_together() -> None:
    """Samples, transcript, id and the time at which it expires."""
    machine, said = shipped("audio")
    audio = machine.choices[0].audio
    assert audio is not None
    assert (audio.transcript.text, audio.data.text, audio.expires_at) == (
        "Hello!",
        "AAD//wEAAgABAP7/AQACAAAA/v8=",
        1768395600,
    )
    assert "unfinished" not in {signal.kind for signal in said}


def test_the_time_at_which_audio_expires_may_follow_the_finish_reason() -> None:
    """And a finish reason may follow that time; audio may not."""
    start = [chunk({**ROLE, "audio": {"id": "a", "data": "AA=="}})]
    end, expiry = chunk({}, "stop"), chunk({"audio": {"expires_at": 1}})
    for order in ([end, expiry], [expiry, end], [expiry]):
        machine, said = followed([*start, *order])
        assert {signal.kind for signal in said} <= LEGAL | {"usage-key-absent"}
        assert machine.choices[0].finish == ("stop" if end in order else None)


def test_tokens_of_log_probabilities_are_the_text() -> None:
    """Byte by byte."""
    machine, _ = shipped("logprobs")
    choice = machine.choices[0]
    assert bytes(choice.tokens) == choice.content.text.encode() == b"Hello!"


def test_an_error_ends_the_stream() -> None:
    """Nothing is missed after it."""
    machine, said = shipped("error")
    assert machine.error["type"] == "server_error"
    assert "unfinished" not in {signal.kind for signal in said}


def test_the_constants_are_those_after_the_filter_chunk() -> None:
    """Azure's first chunk has empty ones."""
    machine, said = followed([*CASES["filter-chunk"], chunk(ROLE)])
    assert machine.id == "chatcmpl-1"
    assert "id-changed" not in {signal.kind for signal in said}


def test_what_is_left_of_a_malformed_chunk_is_taken() -> None:
    """A choice without an index is the only one there is; a fragment without one is found by its id."""
    machine = ChatMachine()
    event = SseEvent(0, None, b"", None, None, 0, 1)
    start: Any = {**HEAD, "choices": [{"delta": ROLE, "finish_reason": None}]}
    machine.malformed("chunk", event, start)
    machine.malformed(
        "chunk",
        event,
        {**HEAD, "choices": [{"delta": {"tool_calls": [{"id": "a", "function": {"name": "f"}}, {}]}}]},
    )
    machine.malformed(
        "chunk",
        event,
        {**HEAD, "choices": [{"delta": {"tool_calls": [{"id": "a", "function": {"arguments": "x"}}]}}]},
    )
    machine.malformed("chunk", event, {})
    (call,) = machine.choices[0].calls.values()
    assert (call.name, call.arguments.text) == ("f", "x")


def test_a_choice_without_an_index_among_several_is_nobodys() -> None:
    """It cannot be told whose the text is."""
    machine, _ = followed([chunk(ROLE), chunk(ROLE, index=1)])
    machine.malformed(
        "chunk", SseEvent(2, None, b"", None, None, 0, 1), {**HEAD, "choices": [{"delta": {"content": "a"}}]}
    )
    assert [choice.content.text for choice in machine.choices.values()] == ["", ""]


@pytest.mark.parametrize("name", ["whole_text", "whole_tool", "whole_two_choices", "whole_length"])
def test_a_whole_answer_has_the_same_state(name: str) -> None:
    """What came in one piece is read as what came in many."""
    exchange = parse_example(f"stream: chat/{name}").exchange
    assert exchange.response is not None
    body = json.loads(exchange.response.body())
    machine = ChatMachine()
    assert machine.whole(body) == ()
    for entry in body["choices"]:
        choice = machine.choices[entry["index"]]
        assert choice.content.text == (entry["message"]["content"] or "")
        assert choice.finish == entry["finish_reason"]
        assert [call.arguments.text for call in choice.calls.values()] == [
            call["function"]["arguments"] for call in entry["message"].get("tool_calls", ())
        ]
    assert (machine.usage, machine.id) == (body["usage"], body["id"])


def test_a_whole_answer_may_have_everything_at_once() -> None:
    """Reasoning, audio, annotations, the older form of a call, log probabilities."""
    message: dict[str, Any] = {
        "role": "assistant", "content": None, "refusal": "no", "reasoning": "hm", "reasoning_details": [{}],
        "annotations": [{}], "function_call": {"name": "f", "arguments": "{}"},
        "audio": {"id": "a", "data": "AA==", "transcript": "oh", "expires_at": 5},
    }  # fmt: skip
    logprobs: dict[str, Any] = {"content": [{"token": "oh", "logprob": -1.0, "top_logprobs": []}]}
    machine = ChatMachine()
    machine.whole({"choices": [{"message": message, "logprobs": logprobs}], "error": None})
    choice = machine.choices[0]
    assert choice.audio is not None
    assert choice.function_call is not None
    assert (choice.refusal.text, choice.reasoning.text, choice.audio.transcript.text) == ("no", "hm", "oh")
    assert (choice.function_call.name, bytes(choice.tokens), machine.audio) == ("f", b"oh", True)
