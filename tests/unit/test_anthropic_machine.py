"""The machine of Anthropic Messages: what it keeps, and what it tells."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest

from harness.bundled import spec_text
from harness.dialects.anthropic import DIALECT
from harness.dialects.anthropic import grammar as g
from harness.dialects.anthropic.machine import AnthropicMachine
from harness.rules.example import parse_example
from harness.sse.decoder import Decoder
from harness.sse.event import SseEvent


def shipped(name: str) -> list[dict[str, Any]]:
    """The payloads of a shipped stream."""
    response = parse_example(
        spec_text(f"examples/anthropic/{name}.txt"), dialect="anthropic"
    ).exchange.response
    assert response is not None
    return [json.loads(event.data) for event in Decoder().feed(response.body())]


def followed(bodies: list[dict[str, Any]]) -> tuple[AnthropicMachine, list[str]]:
    """A machine at the end of a stream, and the kinds of what it told."""
    machine = AnthropicMachine()
    told = []
    for index, body in enumerate(bodies):
        event = SseEvent(index, None, b"", None, None, index * 10, index * 10 + 10)
        told += [one.kind for one in machine.step(str(body["type"]))(event, body)]
    told += [one.kind for one in machine.finish()]
    return machine, told


def test_blocks_hold_what_their_deltas_say() -> None:
    """Thought and text are kept apart, the signature beside the thought."""
    machine, told = followed(shipped("thinking"))
    assert told == []
    assert [(one.type, one.text.text) for one in machine.blocks] == [
        ("thinking", "91 = 7 x 13."),
        ("text", "No: 91 is 7 times 13."),
    ]
    assert machine.blocks[0].signature
    assert machine.stop_reason == "end_turn"


def test_usage_of_message_delta_replaces_that_of_message_start() -> None:
    """The counts are cumulative: the last holds, and what it leaves out stays as it was."""
    bodies = shipped("text")
    bodies[-2]["usage"] = {"output_tokens": 16, "input_tokens": None}
    machine, told = followed(bodies)
    assert told == []
    assert (machine.usage["input_tokens"], machine.usage["output_tokens"]) == (17, 16)
    assert machine.first_usage["output_tokens"] == 1


def test_a_citation_is_kept_with_its_text() -> None:
    """Beside the text, not in it."""
    machine, _ = followed(shipped("citations"))
    assert [one["url"] for one in machine.blocks[-1].citations] == ["https://example.org/2019"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda bodies: bodies.pop(0), [g.OUT_OF_ORDER]),
        (lambda bodies: bodies.insert(1, bodies[0]), [g.OUT_OF_ORDER]),
        (lambda bodies: bodies.pop(-3), [g.OUT_OF_ORDER]),
        (lambda bodies: bodies.pop(-2), [g.OUT_OF_ORDER]),
        (lambda bodies: bodies.pop(-1), [g.NO_END]),
        (lambda bodies: bodies.append(bodies[0]), [g.AFTER_END]),
        (lambda bodies: bodies.extend(bodies[:]), [g.AFTER_END]),
        (lambda bodies: bodies[3].update(index=1), [g.WRONG_INDEX]),
        (lambda bodies: bodies[3].update(delta={"type": "thinking_delta", "thinking": "x"}), [g.WRONG_DELTA]),
        (lambda bodies: bodies[-2]["delta"].update(stop_reason=None), [g.NO_REASON]),
        (lambda bodies: bodies[0]["message"]["usage"].update(output_tokens=99), [g.SHRINKING_USAGE]),
        (lambda bodies: bodies.insert(3, {"type": "an_event_of_the_future"}), []),
        (lambda bodies: bodies.insert(3, {"type": "ping"}), []),
        (lambda bodies: bodies[3].update(delta={"type": "a_delta_of_the_future"}), []),
    ],
    ids=[
        "no start", "start twice", "block not stopped", "no message_delta", "no stop", "start after the end",
        "two messages", "another index", "another delta", "no reason", "usage shrinks", "unknown event", "ping",
        "unknown delta",
    ],
)  # fmt: skip
def test_one_fault_is_told_once(change: Any, told: list[str]) -> None:
    """What the table does not have gives one signal, and the machine goes on where the server seems to be."""
    bodies = shipped("text")
    change(bodies)
    assert followed(bodies)[1] == told


def test_input_that_is_no_object_is_told_at_the_end() -> None:
    """Where the model ended by itself."""
    bodies = shipped("tool")
    del bodies[-4]
    machine, told = followed(bodies)
    assert told == [g.BAD_INPUT]
    assert machine.blocks[1].text.text == '{"city": "Os'


def test_input_that_the_limit_cut_is_not_told() -> None:
    """The last block of a message that met its limit may end anywhere."""
    bodies = shipped("tool")
    del bodies[-4]
    bodies[-2]["delta"]["stop_reason"] = "max_tokens"
    assert followed(bodies)[1] == []


def test_an_error_is_an_end() -> None:
    """Whatever was open stays open."""
    machine, told = followed(shipped("error"))
    assert told == []
    assert machine.error["type"] == "overloaded_error"


def test_a_whole_message_comes_to_the_same_state() -> None:
    """Blocks, reason and usage."""
    machine = AnthropicMachine()
    response = parse_example(
        spec_text("examples/anthropic/whole_tool.txt"), dialect="anthropic"
    ).exchange.response
    assert response is not None
    assert machine.whole(json.loads(response.body())) == ()
    assert [(one.type, one.text.text) for one in machine.blocks] == [("tool_use", '{"city":"Oslo"}')]
    assert machine.stop_reason == "tool_use"
    assert machine.finish() == ()


def test_a_whole_error_is_kept() -> None:
    """An error body with a good status."""
    machine = AnthropicMachine()
    machine.whole({"type": "error", "error": {"type": "api_error", "message": "m"}})
    assert machine.error == {"type": "api_error", "message": "m"}


def test_the_sentinel_is_passed_over() -> None:
    """Gateways add it."""
    assert AnthropicMachine().done(SseEvent(0, None, b"[DONE]", None, None, 0, 1)) == ()


@pytest.mark.sdk
def test_every_event_and_delta_of_the_sdk_is_in_the_grammar() -> None:
    """An outside truth against tables that only know themselves."""
    types = pytest.importorskip("anthropic.types", reason="the anthropic SDK is not installed")
    events = {
        get_args(member.model_fields["type"].annotation)[0]
        for member in get_args(get_args(types.RawMessageStreamEvent)[0])
    }
    assert events <= g.KINDS
    deltas = {
        get_args(member.model_fields["type"].annotation)[0]
        for member in get_args(get_args(types.RawContentBlockDelta)[0])
    }
    assert deltas <= g.KNOWN_DELTAS


@pytest.mark.parametrize(
    ("body", "field", "value"),
    [
        ({"stream": True}, "stream", True),
        ({}, "stream", False),
        (
            {"tools": [{"name": "f", "input_schema": {}}, {"type": "web_search_20250305", "name": "w"}]},
            "tools",
            ("f",),
        ),
        ({"tools": [{"type": "web_search_20250305", "name": "w"}]}, "has_tools", True),
        ({"tool_choice": {"type": "any"}}, "tool_choice", "required"),
        ({"tool_choice": {"type": "tool", "name": "f"}}, "forced_tool", "f"),
        ({"tool_choice": {"type": "auto", "disable_parallel_tool_use": True}}, "parallel_tool_calls", False),
        ({"stop_sequences": ["a", 1]}, "stop", ("a",)),
        ({"max_tokens": 5}, "max_tokens", 5),
        ({"max_tokens": True}, "max_tokens", None),
        ({"model": 3}, "model", None),
        ({"tools": 3, "tool_choice": "x"}, "tool_choice", None),
    ],
)
def test_a_request_is_read(body: dict[str, object], field: str, value: object) -> None:
    """Members that are not as documented count as absent."""
    assert getattr(DIALECT.asked("/v1/messages", body), field) == value


@pytest.mark.parametrize(
    ("path", "ours"),
    [
        ("/v1/messages", True),
        ("/v1/messages?beta=true", True),
        ("/v1/projects/p/locations/l/publishers/anthropic/models/m:streamRawPredict", True),
        ("/v1/messages/count_tokens", False),
        ("/v1/chat/completions", False),
    ],
)
def test_a_path_is_known(path: str, ours: bool) -> None:  # noqa: FBT001 - a table's column
    """The provider's own, and Vertex's."""
    assert DIALECT.path(path) is ours


@pytest.mark.parametrize(
    ("body", "ours"),
    [
        ({"type": "message_start"}, True),
        ({"type": "message", "content": []}, True),
        ({"type": "message"}, False),
        ({"type": "response.created"}, False),
        ({"type": "ping"}, False),
        ({}, False),
    ],
)
def test_a_payload_is_known(body: dict[str, Any], ours: bool) -> None:  # noqa: FBT001 - a table's column
    """Only what can be of no other dialect."""
    assert DIALECT.speaks(body) is ours
