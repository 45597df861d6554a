"""What a schema can see of a body: two bodies of one shape have the same problems, in the same places.

A server that gets a field wrong gets it wrong in every event, and an explanation costs half a millisecond. So
explanations are kept by the shape of the body: its keys, its types, and the values that a `const` or an `enum` of the
schema may look at. Only what was found is different then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LARGEST = 1_000
"""Values that a body may hold for its shape to be kept, and characters that one may have that counts."""

_BY_TYPE = frozenset(
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


def looked_at(root: Mapping[str, Any]) -> frozenset[str] | None:
    """Keys of the members whose value a schema may look at; None where it looks at values in other ways.

    Args:
        root: The schema in the plain form, its definitions under `$defs`.
    """
    keys: set[str] = set()
    for key, schema in _schemas(root):
        values = set(schema) - _BY_TYPE
        if values and (values - {"const", "enum"} or key is None):
            return None
        if values and key is not None:
            keys.add(key)
    return frozenset(keys)


def _schemas(root: Mapping[str, Any]) -> Iterator[tuple[str | None, Mapping[str, Any]]]:
    """Every schema in a schema, with the key of the member that it is for, where it is for one alone."""
    waiting: list[tuple[str | None, Any]] = [(None, root), *((None, one) for one in root["$defs"].values())]
    while waiting:
        key, schema = waiting.pop()
        yield key, schema
        waiting += schema.get("properties", {}).items()
        waiting += [(key, one) for one in schema.get("allOf", ())]
        waiting += [(key, schema[name]) for name in ("if", "then") if name in schema]
        waiting += [
            (None, schema[name])
            for name in ("additionalProperties", "items")
            if isinstance(schema.get(name), dict)
        ]


def shape_of(body: object, keys: frozenset[str]) -> object:
    """The shape of a decoded body, to be compared and hashed; None where it is too large to be kept.

    Args:
        body: The body.
        keys: Whose members' values count; of all others, the types do.
    """
    shape: list[object] = []
    waiting: list[object] = [body]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            shape.append(tuple(value))
            waiting += [
                (type(member), member) if key in keys and not isinstance(member, dict | list) else member
                for key, member in value.items()
            ]
        elif isinstance(value, list):
            shape.append(len(value))
            waiting += value
        elif isinstance(value, tuple):  # a value that counts, as JSON has no tuples
            if isinstance(value[1], str) and len(value[1]) > _LARGEST:
                return None
            shape.append(value)
        else:
            shape.append(type(value))
        if len(shape) > _LARGEST:
            return None
    return tuple(shape)
