"""What is wrong with a body, place by place: python-jsonschema, with two keywords and one type of our own.

Schemas are in the plain form that `generators/schema_form.py` describes: a union is a dispatch, so that one missing
member is one error, also deep inside a union of thirty item types.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from harness.dialects.schema.overlay import NEWER
from harness.jsonvalue import MISSING, escape

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST = 60


class Problem(NamedTuple):
    """One fault of shape.

    `pointer` is the RFC 6901 pointer of the wrong value, or of the object that lacks a member. `keyword` is the one
    of JSON Schema that failed ("required", "type", "const", "enum"). `field` is the name of the missing or wrong
    member (of an element of an array its place, of the whole body ""). `expected` and `found` are short texts.
    `newer` is set where a member is missing that providers send only since a later release: never an error by
    itself, because the stream may simply be older.
    """

    pointer: str
    keyword: str
    field: str
    expected: str
    found: str
    newer: bool


def explained(root: Mapping[str, Any], body: object) -> list[Problem]:
    """All problems of a body with a schema, in the order of the schema."""
    from harness.dialects.schema.keywords import Explainer  # noqa: PLC0415 - it loads python-jsonschema

    return [_problem(root, error) for error in Explainer(root).iter_errors(body)]


def found_in(problem: Problem, body: object) -> Problem:
    """The same problem in another body of the same shape: only what was found is different."""
    if problem.keyword == "required":
        return problem
    value: Any = body
    for token in problem.pointer.split("/")[1:]:
        value = value[int(token) if isinstance(value, list) else token.replace("~1", "/").replace("~0", "~")]
    return problem._replace(found=_shown(value))


def _problem(root: Mapping[str, Any], error: Any) -> Problem:
    path = [str(token) for token in error.absolute_path]
    pointer = "".join(f"/{escape(token)}" for token in path)
    if error.validator in {"required", NEWER}:
        name = error.message
        member = error.schema.get("properties", {}).get(name, {})
        expected, newer = described(root, member), error.validator == NEWER
        return Problem(pointer, "required", name, expected, MISSING, newer)
    expected = described(root, {error.validator: error.validator_value})
    return Problem(
        pointer, error.validator, path[-1] if path else "", expected, _shown(error.instance), newer=False
    )


def described(root: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """What a schema asks for, in a few words ("string or null")."""
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    if "const" in schema:
        return _shown(schema["const"])
    if "enum" in schema:
        return " or ".join(_shown(value) for value in schema["enum"])
    kinds = schema.get("type", "a value")
    return kinds if isinstance(kinds, str) else " or ".join(kinds)


def _shown(value: object) -> str:
    """A value as compact JSON, shortened where it is long."""
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except RecursionError:  # it was decoded at a shallower depth of the stack
        text = "something deeply nested"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
