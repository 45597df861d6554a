"""What is wrong with a body, place by place: python-jsonschema, with two keywords and one type of our own.

Schemas are in the plain form that `generators/schema_form.py` describes: a union is a dispatch, so that one missing
member is one error, also deep inside a union of thirty item types.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from harness.jsonvalue import MISSING, escape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

NEWER = "x-newer"
"""Keyword of an object: members that are required only since a release, and since which."""

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
    return [_problem(root, error) for error in _explainer()(root).iter_errors(body)]


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


@cache
def _explainer() -> Callable[[Mapping[str, Any]], Any]:
    """The validator class of python-jsonschema that knows our schemas."""
    from jsonschema import Draft202012Validator, ValidationError, validators  # noqa: PLC0415 - 0.1 s of CPU

    def missing(_: Any, names: Any, instance: object, __: Any) -> Iterator[ValidationError]:
        # The message is the bare name: jsonschema's own sentence would have to be taken apart again.
        if isinstance(instance, dict):
            for name in names:
                if name not in instance:
                    yield ValidationError(name)

    def integer(_: Any, instance: object) -> bool:
        return isinstance(instance, int) and not isinstance(instance, bool)

    made: Callable[[Mapping[str, Any]], Any] = validators.extend(  # type: ignore[no-untyped-call]
        Draft202012Validator,
        validators={"required": missing, NEWER: missing},
        type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", integer),
    )
    return made
