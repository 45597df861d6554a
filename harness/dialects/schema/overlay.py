"""Apply an overlay: what is known of the wire beyond, or against, the types of the SDK.

`specs/PROVENANCE.md` describes the format. An entry that no longer does anything is an error, so that overlays do not
outlive what they corrected.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from harness.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Schema = dict[str, Any]

NEWER = "x-newer"
"""Keyword of an object: members that are required only since a date, and which."""


def overlaid(
    definitions: Mapping[str, Schema], entries: Iterable[Mapping[str, Any]], where: str
) -> dict[str, Schema]:
    """The definitions after all entries, in their order.

    Args:
        definitions: The schemas by name; they stay as they are.
        entries: The overlay's entries.
        where: The overlay's file, for errors.

    Raises:
        InputError: An entry changes nothing, or has an operation that does not exist.
    """
    changed = dict(definitions)
    for entry in entries:
        if unknown := set(entry) - {"add", "definitions", "reason", "evidence", *_OPERATIONS}:
            found = ", ".join(sorted(unknown))
            raise InputError("an overlay has an operation that does not exist", where=where, found=found)
        changed |= entry.get("add", {})
        patterns = entry.get("definitions", [])
        names = [name for name in changed if any(fnmatchcase(name, pattern) for pattern in patterns)]
        for operation, apply in _OPERATIONS.items():
            if operation in entry:
                after = {name: apply(changed[name], entry[operation]) for name in names}
                if all(after[name] == changed[name] for name in names):
                    about = f"{operation}: {entry.get('reason')}"
                    raise InputError("an entry of an overlay changes nothing", where=where, found=about)
                changed |= after
    return changed


def _optional(schema: Schema, names: Iterable[str]) -> Schema:
    """Drop members from those that are required, now or since a release."""
    required, newer = schema.get("required", []), schema.get(NEWER, {})
    if not {*required, *newer}.intersection(names):
        return schema
    left = {name: since for name, since in newer.items() if name not in names}
    return {**schema, "required": [name for name in required if name not in names], NEWER: left}


def _required(schema: Schema, names: Iterable[str]) -> Schema:
    """Require members."""
    if not set(names).difference(schema.get("required", ())):
        return schema
    without = _optional(schema, names)
    return {**without, "required": [*without.get("required", ()), *names]}


def _newer(schema: Schema, since: Mapping[str, str]) -> Schema:
    """Turn what is required into what is required only since a release."""
    known = {name: when for name, when in since.items() if name in schema.get("required", ())}
    if not known:
        return schema
    without = _optional(schema, known)
    return {**without, NEWER: {**without[NEWER], **known}}


def _nullable(schema: Schema, names: list[str]) -> Schema:
    properties = schema.get("properties", {})
    found = {name: _or_null(properties[name]) for name in names if name in properties}
    return {**schema, "properties": {**properties, **found}} if found else schema


def _or_null(schema: Schema) -> Schema:
    if "const" in schema:
        return {"enum": [schema["const"], None]}
    kinds = schema.get("type")
    if isinstance(kinds, list) or (kinds and "allOf" not in schema):
        return {**schema, "type": _in_order({*_listed(kinds), "null"})}
    return {"type": ["object", "null"], "allOf": [{"if": {"type": "object"}, "then": schema}]}


def _not_null(schema: Schema, names: list[str]) -> Schema:
    """Forbid null where the types allow it."""
    properties = schema.get("properties", {})
    found = {
        name: {**properties[name], "type": _in_order({*_listed(properties[name]["type"])} - {"null"})}
        for name in names
        if "null" in _listed(properties.get(name, {}).get("type"))
    }
    return {**schema, "properties": {**properties, **found}} if found else schema


def _listed(kinds: str | list[str] | None) -> list[str]:
    return kinds if isinstance(kinds, list) else [kinds] if kinds else []


def _in_order(kinds: set[str]) -> list[str]:
    """Types as they are said: null comes last."""
    return sorted(kinds, key=lambda kind: (kind == "null", kind))


def _merge(schema: Any, patch: Any) -> Any:
    """A JSON merge patch (RFC 7396): members are replaced one by one, null takes one away."""
    if not isinstance(schema, dict) or not isinstance(patch, dict):
        return patch
    merged = {**schema, **{key: _merge(schema.get(key), value) for key, value in patch.items()}}
    return {key: value for key, value in merged.items() if patch.get(key, ...) is not None}


_OPERATIONS: dict[str, Callable[[Schema, Any], Schema]] = {
    "optional": _optional,
    "newer": _newer,
    "nullable": _nullable,
    "merge": _merge,
    "required": _required,
    "not_null": _not_null,
}
