"""Which values a schema asks nothing of but their type."""

from __future__ import annotations

from typing import Any

import pytest

from harness.dialects.schema import schemas
from harness.dialects.schema.indifference import is_indifferent

UNION: dict[str, Any] = {
    "$defs": {"Text": {"type": "object", "properties": {"text": {"type": "string"}}}},
    "type": "object",
    "properties": {
        "delta": {
            "allOf": [
                {
                    "if": {"properties": {"type": {"const": "text"}}, "required": ["type"]},
                    "then": {"$ref": "#/$defs/Text"},
                }
            ],
            "properties": {"type": {"type": "string"}},
        },
        "word": {"enum": ["a", "b"]},
        "long": {"type": "string", "minLength": 2},
        "rows": {"type": "array", "items": {"type": "object", "additionalProperties": {"type": "string"}}},
    },
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("delta", "text"), True),
        (("delta", "type"), False),
        (("word",), False),
        (("long",), False),
        (("rows", 3, "anything"), True),
        (("unknown",), True),
    ],
)
def test_a_value_is_free_where_no_schema_on_the_way_looks_at_it(
    path: tuple[str, ...], *, expected: bool
) -> None:
    """Conditions count as well as demands."""
    assert is_indifferent(UNION, path) is expected


def test_a_keyword_that_is_not_understood_makes_nothing_free() -> None:
    """A schema that is not of the plain form is not judged."""
    assert not is_indifferent({"patternProperties": {"^a": {"const": 1}}}, ("a",))


@pytest.mark.parametrize(
    ("name", "kind", "path"),
    [
        ("openai/chat", "chunk", ("choices", 0, "delta", "content")),
        ("openai/chat", "chunk", ("choices", 0, "delta", "tool_calls", 0, "function", "arguments")),
        ("openai/chat", "chunk", ("obfuscation",)),
        ("openai/responses", "response.output_text.delta", ("delta",)),
        ("openai/responses", "response.output_text.delta", ("sequence_number",)),
        ("anthropic/messages", "content_block_delta", ("delta", "text")),
    ],
)
def test_what_grows_is_free_in_the_schemas_of_the_dialects(
    name: str, kind: str, path: tuple[str, ...]
) -> None:
    """Otherwise ordinary deltas would have to be judged one by one."""
    assert is_indifferent(schemas(name).schema(kind), path)


def test_what_tells_events_apart_is_not_free() -> None:
    """The type of a delta decides what else it needs."""
    assert not is_indifferent(schemas("anthropic/messages").schema("content_block_delta"), ("delta", "type"))
    assert not is_indifferent(schemas("openai/chat").schema("chunk"), ("object",))
