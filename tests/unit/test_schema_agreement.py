"""Verdict and explanation say the same, of every definition and of every way to spoil it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.dialects.schema import Validator, schemas
from harness.dialects.schema.overlay import NEWER
from harness.dialects.schema.sets import FILES, OVERLAYS
from tests.schema_examples import cases, example, spoilt

pytestmark = pytest.mark.thorough

SETS = [*((name, ()) for name in FILES), *((name, (it,)) for it, name in OVERLAYS.items())]


def agreed(validator: Validator, body: Any) -> list[tuple[str, str, str]]:
    """What is wrong, by pointer, keyword and member; after both sides were asked."""
    found = validator.problems(body)
    assert validator.is_valid(body) == all(problem.newer for problem in found), (body, found)
    return [(problem.pointer, problem.keyword, problem.field) for problem in found]


def definitions_of(name: str, overlays: tuple[str, ...]) -> dict[str, Any]:
    """All definitions of a set, with those that only others refer to."""
    found = schemas(name, overlays=overlays)
    gathered: dict[str, Any] = {}
    for kind in found.kinds:
        schema = found.schema(kind)
        gathered |= {**schema["$defs"], kind: {key: its for key, its in schema.items() if key != "$defs"}}
    return gathered


@pytest.mark.parametrize(("name", "overlays"), SETS)
def test_a_body_with_every_member_is_good(name: str, overlays: tuple[str, ...]) -> None:
    """For every definition; so each schema can be met at all."""
    definitions = definitions_of(name, overlays)
    for about, schema in definitions.items():
        validator = Validator(schemas(name, overlays=overlays).schema(about))
        assert agreed(validator, example(schema, definitions)) == [], about


@pytest.mark.parametrize(("name", "overlays"), SETS)
def test_each_member_gone_or_of_another_type_is_judged_alike(name: str, overlays: tuple[str, ...]) -> None:
    """And a required member that is gone is exactly one problem, a member of a wrong type at least one there."""
    definitions = definitions_of(name, overlays)
    spoiled = 0
    for about, schema in definitions.items():
        if schema.get("type") != "object":
            continue
        validator = Validator(schemas(name, overlays=overlays).schema(about))
        body = example(schema, definitions)
        required = {*schema.get("required", ()), *schema.get(NEWER, ())}
        for member, worse in spoilt(body):
            found = agreed(validator, worse)
            spoiled += 1
            if member not in worse and member in required:
                assert found == [("", "required", member)], about
            assert all(pointer == "" or pointer.startswith(f"/{member}") for pointer, _, _ in found), about
    assert spoiled > 100


@pytest.mark.parametrize(("name", "overlays"), SETS)
def test_what_is_wrong_inside_a_union_is_one_problem(name: str, overlays: tuple[str, ...]) -> None:
    """Whichever member of the union it is, as an item of an output or a part of a message."""
    definitions = definitions_of(name, overlays)
    unions = [
        its
        for schema in definitions.values()
        for member in schema.get("properties", {}).values()
        for its in (member, member.get("items", {}))
        if cases(its)
    ]
    for union in unions:
        validator = Validator({"type": "object", "properties": {"it": union}, "$defs": definitions})
        for tag, word, schema in cases(union):
            body = {**example(schema, definitions), tag: word}
            assert agreed(validator, {"it": body}) == [], word
            target = definitions[schema["$ref"].removeprefix("#/$defs/")] if "$ref" in schema else schema
            for member in target.get("required", ()):
                less = {key: value for key, value in body.items() if key != member}
                found = agreed(validator, {"it": less})
                assert found in ([("/it", "required", member)], []), word
                assert found or member == tag, word


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("openai/chat", "chunk"),
        ("openai/responses", "response.completed"),
        ("openai/responses", "error"),
        ("anthropic/messages", "content_block_start"),
        ("gemini/generate_content", "response"),
    ],
)
@given(body=JSON, data=st.data())
def test_nothing_that_json_can_say_raises_or_divides_them(
    name: str, kind: str, body: Any, data: st.DataObject
) -> None:
    """Neither as the body nor in the place of any member of a good one."""
    found = schemas(name)
    validator = found.validator(kind)
    assert validator is not None
    agreed(validator, body)
    schema = found.schema(kind)
    good = example(schema, schema["$defs"])
    at = good
    while True:
        member = data.draw(st.sampled_from(sorted(at)))
        inner = at[member]
        if isinstance(inner, list) and inner:
            inner = inner[0]
        if not isinstance(inner, dict) or not inner or data.draw(st.booleans()):
            break
        at = inner
    at[member] = body
    agreed(validator, good)
