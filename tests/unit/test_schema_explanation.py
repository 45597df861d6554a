"""One fault is one problem, at its place, in words."""

from __future__ import annotations

from typing import Any

import pytest

from harness.dialects.schema import Problem, Validator, schemas
from harness.dialects.schema.explanation import described

CHUNK: dict[str, Any] = {
    "id": "chatcmpl-1",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": None}],
}
MESSAGE: dict[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "status": "completed",
    "content": [{"type": "output_text", "text": "Hi", "annotations": []}],
}
ERROR: dict[str, Any] = {"type": "error", "sequence_number": 3}


def done(item: Any) -> dict[str, Any]:
    """An event that carries a finished item."""
    return {"type": "response.output_item.done", "output_index": 0, "sequence_number": 1, "item": item}


def problems(name: str, kind: str, body: Any, *, overlays: tuple[str, ...] = ()) -> list[Problem]:
    """What is wrong; and the verdict says the same."""
    validator = schemas(name, overlays=overlays).validator(kind)
    assert validator is not None
    found = validator.problems(body)
    assert validator.is_valid(body) == all(problem.newer for problem in found)
    return found


def test_a_missing_member_is_one_problem_with_what_was_expected() -> None:
    """The pointer is that of the object that lacks it."""
    body = {key: value for key, value in CHUNK.items() if key != "created"}
    assert problems("openai/chat", "chunk", CHUNK) == []
    assert problems("openai/chat", "chunk", body) == [
        Problem("", "required", "created", "integer", "(missing)", newer=False)
    ]


def test_a_missing_member_deep_in_a_union_is_one_problem() -> None:
    """Not one for every type that an item could have been."""
    assert problems("openai/responses", "response.output_item.done", done(MESSAGE)) == []
    item = {**MESSAGE, "content": [{"type": "output_text", "annotations": []}]}
    assert problems("openai/responses", "response.output_item.done", done(item)) == [
        Problem("/item/content/0", "required", "text", "string", "(missing)", newer=False)
    ]


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        (None, Problem("/item", "type", "item", "object", "null", newer=False)),
        ("x", Problem("/item", "type", "item", "object", '"x"', newer=False)),
        ({}, Problem("/item", "required", "type", "string", "(missing)", newer=False)),
        ({"type": 7}, Problem("/item/type", "type", "type", "string", "7", newer=False)),
        (
            {**MESSAGE, "content": None},
            Problem("/item/content", "type", "content", "array", "null", newer=False),
        ),
        ({**MESSAGE, "content": [7]}, Problem("/item/content/0", "type", "0", "object", "7", newer=False)),
    ],
)
def test_a_member_of_a_union_that_is_none_is_one_problem(item: Any, problem: Problem) -> None:
    """What cannot be told apart is wrong by itself."""
    assert problems("openai/responses", "response.output_item.done", done(item)) == [problem]


@pytest.mark.parametrize(
    "item",
    [
        {"type": "acme:search", "anything": 1},
        {"type": "future_call"},
        {**MESSAGE, "status": "pondering"},
        {**MESSAGE, "content": [{"type": "output_smell"}]},
        {**MESSAGE, "shoe_size": 43},
    ],
)
def test_unknown_types_words_and_members_are_no_problem(item: Any) -> None:
    """Providers add them every month; rules judge those that matter."""
    assert problems("openai/responses", "response.output_item.done", done(item)) == []


def test_the_constant_of_the_wire_is_held_to() -> None:
    """`object` and `type` say what a body is."""
    assert problems("openai/chat", "chunk", {**CHUNK, "object": "chat.completion"}) == [
        Problem("/object", "const", "object", '"chat.completion.chunk"', '"chat.completion"', newer=False)
    ]


@pytest.mark.parametrize(
    ("created", "good"),
    [(1, True), (10**30, True), (1.0, False), (1e19, False), (1e300, False), (True, False)],
)
def test_an_integer_is_written_as_one(created: float, good: bool) -> None:  # noqa: FBT001 - a column of the table
    """Typed clients fail on 1.0; a big one is still one."""
    assert (problems("openai/chat", "chunk", {**CHUNK, "created": created}) == []) == good


@pytest.mark.parametrize("created", [1, 1.0])
def test_a_number_may_be_written_either_way(created: float) -> None:
    """The type of `created_at` is a float, and the wire has integers."""
    body = {
        "id": "r", "object": "response", "created_at": created, "model": "m", "output": [], "status": "completed",
        "parallel_tool_calls": True, "tool_choice": "auto", "tools": [],
    }  # fmt: skip
    assert problems("openai/responses", "response", body) == []


def test_a_member_that_came_later_is_a_milder_problem() -> None:
    """The verdict passes over it: the stream may be older."""
    body = {
        "type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "content_index": 0,
        "delta": "Hi",
    }  # fmt: skip
    found = problems("openai/responses", "response.output_text.delta", body)
    assert [(it.field, it.newer) for it in found] == [("sequence_number", True), ("logprobs", True)]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({**ERROR, "message": "m", "code": None, "param": None}, []),
        ({**ERROR, "error": {"type": "t", "message": "m", "code": None, "param": None}}, []),
        ({**ERROR, "error": {"message": "m"}}, []),
        (ERROR, [("", "message")]),
        ({**ERROR, "error": {"code": "c"}}, [("/error", "message")]),
        ({**ERROR, "error": {"message": "m", "code": 429}}, [("/error/code", "code")]),
    ],
)
def test_an_error_event_is_flat_or_nested(body: Any, wrong: list[tuple[str, str]]) -> None:
    """OpenAI documents the one and sends the other."""
    found = problems("openai/responses", "error", body)
    assert [(it.pointer, it.field) for it in found] == wrong


@pytest.mark.parametrize("version", ["openresponses/2026-01-15", "openresponses/2026-04-24"])
def test_open_responses_asks_for_more(version: str) -> None:
    """The error event is nested and whole, and a response has all its members."""
    flat = problems("openai/responses", "error", {**ERROR, "message": "m"}, overlays=(version,))
    assert [(it.pointer, it.field) for it in flat] == [("", "error")]
    body = {**ERROR, "error": {"type": "t", "message": "m", "code": None}}
    short = problems("openai/responses", "error", body, overlays=(version,))
    assert [(it.pointer, it.field) for it in short] == [("/error", "param")]
    bare = {
        "id": "r",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "output": [],
        "parallel_tool_calls": True,
    }
    found = problems("openai/responses", "response", bare, overlays=(version,))
    assert {"status", "usage", "temperature", "safety_identifier"} <= {it.field for it in found}
    text = problems("openai/responses", "response", {**bare, "text": None}, overlays=(version,))
    assert ("/text", "text") in [(it.pointer, it.field) for it in text]


def test_open_responses_relaxed_logprobs() -> None:
    """Required in January, left to the server in April; both have their own names for raw reasoning."""
    delta = {
        "type": "response.output_text.delta", "item_id": "m", "output_index": 0, "content_index": 0, "delta": "",
        "sequence_number": 1,
    }  # fmt: skip
    for version, missing in (("2026-01-15", ["logprobs"]), ("2026-04-24", [])):
        overlays = (f"openresponses/{version}",)
        found = problems("openai/responses", "response.output_text.delta", delta, overlays=overlays)
        assert [it.field for it in found if not it.newer] == missing
        reasoning = {**delta, "type": "response.reasoning.delta"}
        assert problems("openai/responses", "response.reasoning.delta", reasoning, overlays=overlays) == []


def test_pointers_are_escaped() -> None:
    """As RFC 6901 wants it."""
    validator = Validator({"type": "object", "additionalProperties": {"type": "string"}, "$defs": {}})
    (found,) = validator.problems({"a/b~c": 1})
    assert (found.pointer, found.field) == ("/a~1b~0c", "a/b~c")


def test_long_values_are_shortened_and_deep_ones_not_written() -> None:
    """A finding is a line, not the body."""
    (found,) = problems("openai/chat", "chunk", {**CHUNK, "model": ["x" * 100]})
    assert len(found.found) == 60
    assert found.found.endswith("…")
    deep: list[Any] = []
    for _ in range(200_000):
        deep = [deep]
    validator = schemas("openai/chat").validator("chunk")
    assert validator is not None
    (found,) = validator.problems({**CHUNK, "model": deep})
    assert found.found == "something deeply nested"


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, "string"),
        ({"type": ["string", "null"]}, "string or null"),
        ({"enum": ["x", None]}, '"x" or null'),
        ({"const": "x"}, '"x"'),
        ({"$ref": "#/$defs/A"}, "object"),
        ({}, "a value"),
    ],
)
def test_what_is_expected_is_said_in_a_few_words(schema: dict[str, Any], words: str) -> None:
    """For every form that a member may have."""
    assert described({"$defs": {"A": {"type": "object"}}}, schema) == words
