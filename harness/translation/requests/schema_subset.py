"""JSON Schemas for upstreams that understand a part of JSON Schema.

A keyword that the upstream does not know is told in the description instead, so that the model still reads it, although
nothing enforces it any more. The caller reports the change (L112).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from harness.jsonvalue import compact

_DEEPEST: Final = 64


class Subset(NamedTuple):
    """What an upstream understands.

    Args:
        keywords: Keywords that it knows.
        formats: Values of `format` that it knows; None for all.
        most_min_items: The highest `minItems`; None for any.
        has_const: It knows `const`; otherwise that is an `enum` of one.
        has_one_of: It knows `oneOf`; otherwise that is `anyOf`.
        closes_objects: Every object must say `additionalProperties: false`.
    """

    keywords: frozenset[str]
    formats: frozenset[str] | None = None
    most_min_items: int | None = None
    has_const: bool = True
    has_one_of: bool = True
    closes_objects: bool = False


GEMINI: Final = Subset(
    keywords=frozenset(
        {
            *("$id", "$defs", "$ref", "$anchor", "type", "format", "title", "description", "enum", "items"),
            *("prefixItems", "minItems", "maxItems", "minimum", "maximum", "anyOf", "oneOf", "properties"),
            *("additionalProperties", "required", "propertyOrdering"),
        }
    ),
    has_const=False,
)
"""GenerationConfig.response_json_schema (google-genai 3.4.0) lists the keywords."""

ANTHROPIC: Final = Subset(
    keywords=frozenset(
        {
            *(
                "$defs",
                "$ref",
                "type",
                "format",
                "title",
                "description",
                "enum",
                "const",
                "items",
                "minItems",
            ),
            *("anyOf", "allOf", "properties", "additionalProperties", "required"),
        }
    ),
    formats=frozenset(
        {
            *("date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"),
        }
    ),
    most_min_items=1,
    has_one_of=False,
    closes_objects=True,
)
"""Guide "Structured outputs", and what the package anthropic 2.11.0 makes of the schemas it is given."""

_TYPES: Final[Mapping[type, str]] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    type(None): "null",
}
_OF_SCHEMAS: Final = frozenset({"$defs", "properties"})
_LISTS: Final = frozenset({"anyOf", "allOf", "oneOf", "prefixItems"})
_SCHEMAS: Final = frozenset({"items", "additionalProperties"})


def fitted(schema: Mapping[str, Any], subset: Subset) -> tuple[dict[str, Any], bool]:
    """The schema as the upstream understands it, and whether that differs from what it was."""
    given = _fitted(schema, subset, 0)
    return given, given != schema


def is_strict(schema: Mapping[str, Any]) -> bool:
    """Whether every object of a schema is closed and requires all that it names, as OpenAI's strict mode demands."""
    return _is_object(schema) and _is_closed(schema, 0)


def _is_closed(schema: Mapping[str, Any], depth: int) -> bool:
    if depth > _DEEPEST:
        return False
    if _is_object(schema):
        named, required = schema.get("properties"), schema.get("required")
        names = set(named) if isinstance(named, Mapping) else set()
        told = [one for one in required if isinstance(one, str)] if isinstance(required, list) else []
        if schema.get("additionalProperties") is not False or names != set(told):
            return False
    return all(_is_closed(one, depth + 1) for one in _below(schema))


def _below(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The schemas in a schema."""
    found: list[Any] = []
    for keyword, value in schema.items():
        if keyword in _OF_SCHEMAS and isinstance(value, Mapping):
            found += value.values()
        elif keyword in _LISTS and isinstance(value, list):
            found += value
        elif keyword in _SCHEMAS:
            found.append(value)
    return [one for one in found if isinstance(one, Mapping)]


def _fitted(schema: Mapping[str, Any], subset: Subset, depth: int) -> dict[str, Any]:
    if depth > _DEEPEST:
        return dict(schema)
    given: dict[str, Any] = {}
    untold: dict[str, Any] = {}
    for keyword, value in schema.items():
        name, told = _renamed(keyword, value, subset)
        if name in subset.keywords and _is_known(name, told, subset):
            given[name] = _inner(name, told, subset, depth)
        elif keyword != "$schema":
            untold[keyword] = value
    if "$ref" in given:
        # Beside a reference these upstreams take nothing but other words with a dollar.
        return {name: value for name, value in given.items() if name.startswith("$")}
    if subset.closes_objects and _is_object(schema) and given.get("additionalProperties") is not False:
        if "additionalProperties" in given:
            untold["additionalProperties"] = given["additionalProperties"]
        given["additionalProperties"] = False
    if not subset.has_const and "const" in schema and "type" not in given:
        # Nothing else says it any more.
        given["type"] = _TYPES.get(type(schema["const"]), "object")
    if untold:
        words = compact(untold)
        described = given.get("description")
        given["description"] = f"{described}\n\n{words}" if isinstance(described, str) else words
    return given


def _renamed(keyword: str, value: Any, subset: Subset) -> tuple[str, Any]:
    """The keyword and value by which the upstream knows it."""
    if keyword == "const" and not subset.has_const and _is_word_or_number(value):
        return "enum", [value]
    if keyword == "oneOf" and not subset.has_one_of:
        return "anyOf", value
    if keyword == "definitions":
        return "$defs", value
    if keyword == "$ref" and isinstance(value, str):
        return keyword, value.replace("#/definitions/", "#/$defs/")
    return keyword, value


def _is_word_or_number(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _is_known(keyword: str, value: Any, subset: Subset) -> bool:
    if keyword == "format" and subset.formats is not None:
        return value in subset.formats
    if keyword == "minItems" and subset.most_min_items is not None:
        return isinstance(value, int) and value <= subset.most_min_items
    return True


def _inner(keyword: str, value: Any, subset: Subset, depth: int) -> Any:
    if keyword in _OF_SCHEMAS and isinstance(value, Mapping):
        return {name: _schema(one, subset, depth) for name, one in value.items()}
    if keyword in _LISTS and isinstance(value, list):
        return [_schema(one, subset, depth) for one in value]
    if keyword in _SCHEMAS:
        return _schema(value, subset, depth)
    return value


def _schema(value: Any, subset: Subset, depth: int) -> Any:
    return _fitted(value, subset, depth + 1) if isinstance(value, Mapping) else value


def _is_object(schema: Mapping[str, Any]) -> bool:
    kind = schema.get("type")
    return kind == "object" or (isinstance(kind, list) and "object" in kind) or "properties" in schema
