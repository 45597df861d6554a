"""Explanations are kept by the shape of a body, and are what they would be anew."""

from __future__ import annotations

from typing import Any

import pytest

from harness.dialects.schema import schemas
from harness.dialects.schema.explanation import explained
from harness.dialects.schema.sets import FILES
from harness.dialects.schema.shape import looked_at, shape_of

CHUNK: dict[str, Any] = {
    "id": "a",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "m",
    "choices": [],
}


@pytest.mark.parametrize("name", FILES)
def test_every_kind_but_those_that_are_a_constant_themselves_has_shapes(name: str) -> None:
    """Whether explanations can be kept is read from the schema; for nearly all kinds they can."""
    known = schemas(name)
    without = [kind for kind in known.kinds if looked_at(known.schema(kind)) is None]
    assert len(without) <= 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"created": 1}, {"created": 1.0}),
        ({"created": 1}, {"created": True}),
        ({"created": "1"}, {"created": None}),
        ({"object": "x"}, {"object": "y"}),
        ({"object": 1}, {"object": True}),
        ({"a": {"b": 1}}, {"a": {}, "b": 1}),
        ({"a": [1, [2]]}, {"a": [[1], 2]}),
        ({"a": [{}]}, {"a": [{}, {}]}),
        ({"object": ["x"]}, {"object": "x"}),
    ],
)
def test_bodies_that_a_schema_can_tell_apart_differ_in_shape(
    one: dict[str, object], other: dict[str, object]
) -> None:
    """Types count, and values where a constant is asked for."""
    assert shape_of(one, frozenset({"object"})) != shape_of(other, frozenset({"object"}))


def test_bodies_that_differ_in_texts_only_have_one_shape() -> None:
    """What a schema does not look at does not count."""
    assert shape_of({"a": "x", "b": [1]}, frozenset()) == shape_of({"a": "y", "b": [2]}, frozenset())


def test_large_bodies_have_no_shape() -> None:
    """What would fill the memory is explained anew each time."""
    assert shape_of(list(range(2_000)), frozenset()) is None
    assert shape_of({"type": "x" * 2_000}, frozenset({"type"})) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"created": "yesterday"},
        {"created": "today"},
        {"object": "chunk"},
        {"object": "chat.completion"},
        {"choices": [{"index": 0, "delta": {"content": 5}}, {"delta": {"content": [1, 2]}}]},
        {"choices": [{"index": 0, "delta": {"content": 6}}, {"delta": {"content": [3, 4]}}]},
        {"id": None, "model": {"a/b": 1}},
        {"id": None, "model": {"a/b": 2}},
    ],
)
def test_a_kept_explanation_is_the_explanation(wrong: dict[str, object]) -> None:
    """Places, members and what was expected are kept; what was found is looked up."""
    known = schemas("openai/chat")
    validator = known.validator("chunk")
    assert validator is not None
    body = CHUNK | wrong
    anew = explained(known.schema("chunk"), body)
    assert validator.problems(body) == anew
    assert validator.problems(body) == anew
    assert anew
