"""Bodies made from a schema in the plain form: one that has every member, and the ways to spoil it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Schema = dict[str, Any]

WRONG: tuple[Any, ...] = (None, True, 1.5, 7, "text", [], {})
"""A value of each JSON type; 1.5 and 7 are two, because an integer must be written as one."""

_SIMPLE = {"string": "x", "number": 1.5, "integer": 1, "boolean": True, "null": None}


def example(schema: Mapping[str, Any], definitions: Mapping[str, Schema]) -> Any:
    """A value that fits: objects with all their members, arrays with one element, unions by their first choice."""
    while "$ref" in schema:
        schema = definitions[schema["$ref"].removeprefix("#/$defs/")]
    if "const" in schema:
        return schema["const"]
    kinds = schema.get("type", "object")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "array":
        return [example(schema["items"], definitions)] if "items" in schema else []
    if kind != "object":
        return _SIMPLE[kind]
    made: dict[str, Any] = dict.fromkeys(schema.get("required", ()), "anything")
    made |= {name: example(its, definitions) for name, its in schema.get("properties", {}).items()}
    for tag, word, its in cases(schema)[:1]:
        return {**made, **example(its, definitions), tag: word}
    for choice in schema.get("allOf", ()):
        made |= example(choice["then"], definitions)
    if "additionalProperties" in schema:
        made["any"] = example(schema["additionalProperties"], definitions)
    return made


def cases(schema: Mapping[str, Any]) -> list[tuple[str, str, Schema]]:
    """The members of a union of objects: the member that tells them apart, its word, and the schema."""
    return [
        (tag, word, choice["then"])
        for choice in schema.get("allOf", ())
        for tag, words in choice["if"].get("properties", {}).items()
        for word in words.get("enum", [words["const"]] if "const" in words else ())
    ]


def spoilt(body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The body with one of its own members gone, or of another type; and which it is."""
    for name in body:
        yield name, {key: value for key, value in body.items() if key != name}
        for wrong in WRONG:
            yield name, {**body, name: wrong}
