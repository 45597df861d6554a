"""Which values a schema asks nothing of but their type, so that another value of the type has the same verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_SEEN_ON_THE_WAY = frozenset(
    {
        "$defs",
        "$ref",
        "additionalProperties",
        "allOf",
        "if",
        "items",
        "properties",
        "required",
        "then",
        "type",
        "x-newer",
    }
)
_SEEN_AT_THE_VALUE = frozenset({"$ref", "allOf", "if", "then", "type"})


def is_indifferent(root: Mapping[str, Any], path: Sequence[str | int]) -> bool:
    """Whether a schema's verdict on a body depends on nothing of the value at a path but its type.

    Conditions count as well: a union that looks at the value to choose a branch is not indifferent. A keyword that
    is not understood here makes it False.

    Args:
        root: The schema in the plain form, its definitions under `$defs`.
        path: Keys and indexes that lead to the value.
    """
    for schema, rest in _applied(root, root, path):
        known = _SEEN_ON_THE_WAY if rest else _SEEN_AT_THE_VALUE
        if not known.issuperset(schema):
            return False
    return True


def _applied(
    root: Mapping[str, Any], schema: Mapping[str, Any], path: Sequence[str | int]
) -> Iterator[tuple[Mapping[str, Any], Sequence[str | int]]]:
    """Every schema that is applied to a value on the path, with the rest of the path from there."""
    yield schema, path
    if "$ref" in schema:
        yield from _applied(root, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], path)
    beside = [*schema.get("allOf", ()), *(schema[key] for key in ("if", "then") if key in schema)]
    if path:
        step, rest = path[0], path[1:]
        if isinstance(step, int):
            below = schema.get("items")
        else:
            below = schema.get("properties", {}).get(step, schema.get("additionalProperties"))
        if isinstance(below, dict):
            yield from _applied(root, below, rest)
    for other in beside:
        yield from _applied(root, other, path)
