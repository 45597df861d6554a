"""The machine of Gemini: what it keeps, and what it tells."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.bundled import spec_text
from harness.dialects.gemini import DIALECT
from harness.dialects.gemini import grammar as g
from harness.dialects.gemini.machine import GeminiMachine
from harness.dialects.gemini.partial_args import put_pieces
from harness.rules.example import parse_example
from harness.sse.decoder import Decoder
from harness.sse.event import SseEvent


def shipped(name: str) -> list[dict[str, Any]]:
    """The payloads of a shipped stream."""
    response = parse_example(spec_text(f"examples/gemini/{name}.txt"), dialect="gemini").exchange.response
    assert response is not None
    return [json.loads(event.data) for event in Decoder().feed(response.body())]


def followed(bodies: list[dict[str, Any]]) -> tuple[GeminiMachine, list[str]]:
    """A machine at the end of a stream, and the kinds of what it told."""
    machine = GeminiMachine()
    told = []
    for index, body in enumerate(bodies):
        event = SseEvent(index, None, b"", None, None, index * 10, index * 10 + 10)
        told += [one.kind for one in machine.step(DIALECT.kind(body) or "")(event, body)]
    told += [one.kind for one in machine.finish()]
    return machine, told


def segments(machine: GeminiMachine, index: int = 0) -> list[tuple[str, str]]:
    """Kind and text (or arguments) of a candidate's segments."""
    return [
        (one.kind, json.dumps(one.args) if one.kind == "call" else one.text.text)
        for one in machine.lanes[index].segments
    ]


def test_runs_of_thought_and_text_become_segments() -> None:
    """The signature in an empty part belongs to what came before it."""
    machine, told = followed(shipped("thinking"))
    assert told == []
    assert segments(machine) == [
        ("thought", "**Factoring**\n\n91 = 7 x 13."),
        ("text", "No: 91 is 7 times 13."),
    ]
    assert machine.lanes[0].segments[1].signature is not None


def test_the_last_usage_that_counts_tokens_holds() -> None:
    """It may be smaller than the one before, and one without counts does not replace it."""
    bodies = shipped("text")
    bodies[1]["usageMetadata"] = {"promptTokenCount": 9, "totalTokenCount": 900}
    bodies.append({"usageMetadata": {"trafficType": "ON_DEMAND"}})
    machine, told = followed(bodies)
    assert told == []
    assert machine.usage["totalTokenCount"] == 23


def test_calls_are_segments_of_their_own() -> None:
    """Also where two stand in one response."""
    machine, _ = followed(shipped("parallel"))
    assert segments(machine) == [("call", '{"city": "Oslo"}'), ("call", '{"city": "Bergen"}')]


def test_arguments_in_pieces_are_put_together() -> None:
    """Each piece says where it belongs."""
    machine, told = followed(shipped("partial_args"))
    assert told == []
    assert segments(machine) == [("call", '{"city": "Oslo"}')]


def test_a_call_that_is_not_continued_is_told() -> None:
    """The last piece is missing."""
    bodies = shipped("partial_args")
    bodies[3]["candidates"][0]["content"]["parts"] = []
    assert followed(bodies)[1] == [g.BAD_INPUT]


@pytest.mark.parametrize(("number", "name"), [(1, "STOP"), (2, "MAX_TOKENS"), (99, "99"), (True, None)])
def test_a_finish_reason_may_be_a_number(number: int, name: str | None) -> None:
    """That is what clients of Vertex AI ask for with `enum-encoding=int`."""
    bodies = shipped("text")
    bodies[-1]["candidates"][0]["finishReason"] = number
    assert followed(bodies)[0].lanes[0].finish == name


def test_candidates_are_kept_apart() -> None:
    """By their index, or by their place where they have none."""
    bodies = shipped("candidates")
    for body in bodies:
        for candidate in body["candidates"]:
            del candidate["index"]
    machine, told = followed(bodies)
    assert told == []
    assert [segments(machine, index) for index in (0, 1)] == [
        [("text", "The Glomma.")],
        [("text", "The Otra.")],
    ]


def test_a_finish_reason_in_every_response_is_no_breach() -> None:
    """Older models do so; it is noted that content came late."""
    bodies = shipped("text")
    for body in bodies:
        body["candidates"][0]["finishReason"] = "STOP"
    machine, told = followed(bodies)
    assert told == []
    assert machine.lanes[0].finishes == 3
    assert machine.lanes[0].late


@pytest.mark.parametrize(
    ("name", "drop", "told"),
    [("text", -1, [g.NO_END]), ("blocked", 0, [g.NO_END]), ("error", -1, [g.NO_END]), ("length", 0, [])],
)
def test_an_end_that_is_missing_is_told(name: str, drop: int, told: list[str]) -> None:
    """A finish reason for every candidate, a blocked prompt, or an error."""
    bodies = shipped(name)
    del bodies[drop]
    assert followed(bodies)[1] == told


def test_other_parts_are_named_after_their_member() -> None:
    """Code that the provider ran, an image."""
    bodies = shipped("text")
    bodies[1]["candidates"][0]["content"]["parts"] = [
        {"executableCode": {"code": "1"}, "thoughtSignature": "s"}
    ]
    machine, _ = followed(bodies)
    assert [one.kind for one in machine.lanes[0].segments] == ["text", "executableCode", "text"]


def test_a_response_without_usage_is_taken_once() -> None:
    """The quick way through the machine must not leave its mark where it is not taken to the end."""
    bodies = shipped("text")
    for body in bodies:
        del body["usageMetadata"]
    machine, _ = followed(bodies)
    assert segments(machine) == [("text", "It ends in the Oslofjord, at Fredrikstad.")]


def test_a_whole_answer_comes_to_the_same_state() -> None:
    """It is a stream of one response."""
    machine = GeminiMachine()
    assert machine.whole(shipped("tool")[0]) == ()
    assert machine.finish() == ()
    assert segments(machine) == [("call", '{"city": "Oslo"}')]


def test_a_whole_error_is_kept() -> None:
    """An error body with a good status."""
    machine = GeminiMachine()
    machine.whole({"error": {"code": 400}})
    assert (machine.error, machine.state) == ({"code": 400}, g.FAILED)


@pytest.mark.parametrize(
    ("pieces", "args"),
    [
        ([{"jsonPath": "$.a", "stringValue": "x"}, {"jsonPath": "$.a", "stringValue": "y"}], {"a": "xy"}),
        ([{"jsonPath": "$.a.b", "numberValue": 2}], {"a": {"b": 2}}),
        ([{"jsonPath": "$.a[1]", "boolValue": True}], {"a": [None, True]}),
        ([{"jsonPath": "$.a[0].b", "stringValue": "x"}], {"a": [{"b": "x"}]}),
        ([{"jsonPath": "$['a b']", "nullValue": "NULL_VALUE"}], {"a b": None}),
        ([{"jsonPath": "$.a", "numberValue": 1}, {"jsonPath": "$.a.b", "numberValue": 1}], {"a": 1}),
        ([{"jsonPath": "$[0]", "numberValue": 1}], {}),
        ([{"jsonPath": "$.a[99999999]", "numberValue": 1}], {"a": []}),
        ([{"stringValue": "x"}, {"jsonPath": "$.a"}, 3], {}),
    ],
)
def test_pieces_of_arguments_go_where_their_paths_say(pieces: list[Any], args: dict[str, Any]) -> None:
    """What cannot be placed is passed over."""
    made: dict[str, Any] = {}
    put_pieces(made, pieces)
    assert made == args


@pytest.mark.parametrize(
    ("path", "body", "field", "value"),
    [
        ("/v1beta/models/gemini-x:streamGenerateContent", {}, "stream", True),
        ("/v1beta/models/gemini-x:generateContent", {}, "model", "gemini-x"),
        ("", {"generationConfig": {"candidateCount": 2}}, "n", 2),
        ("", {"generation_config": {"max_output_tokens": 5}}, "max_tokens", 5),
        ("", {"tools": [{"functionDeclarations": [{"name": "f"}]}]}, "tools", ("f",)),
        ("", {"tools": [{"googleSearch": {}}]}, "has_tools", True),
        ("", {"toolConfig": {"functionCallingConfig": {"mode": "ANY"}}}, "tool_choice", "required"),
        (
            "",
            {"toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]}}},
            "forced_tool",
            "f",
        ),
        ("", {"generationConfig": {"responseModalities": ["AUDIO"]}}, "audio", True),
        ("", {"generationConfig": {"responseLogprobs": True}}, "logprobs", True),
        ("", {"generationConfig": 3, "tools": "x"}, "n", 1),
    ],
)
def test_a_request_is_read(path: str, body: dict[str, object], field: str, value: object) -> None:
    """Camel case and snake case alike."""
    assert getattr(DIALECT.asked(path, body), field) == value


def test_paths_and_payloads_are_known() -> None:
    """And those of others are not."""
    assert DIALECT.path("/v1beta/models/m:streamGenerateContent?alt=sse")
    assert not DIALECT.path("/v1/messages")
    assert DIALECT.speaks({"candidates": []})
    assert not DIALECT.speaks({"choices": []})
