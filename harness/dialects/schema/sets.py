"""The schemas of a dialect, by wire type."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from harness import bundled
from harness.dialects.schema.overlay import overlaid
from harness.dialects.schema.validator import Validator
from harness.errors import UnknownName
from harness.jsonvalue import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FILES = {
    "openai/chat": "openai/3.52.0/chat",
    "openai/responses": "openai/3.52.0/responses",
    "anthropic/messages": "anthropic/2.11.0/messages",
    "gemini/generate_content": "gemini/3.4.0/generate_content",
}
"""The schema document of each set under `specs/`, without `.schema.json`; the folder is the SDK's release."""

OVERLAYS = {
    "openresponses/2026-01-15": "openai/responses",
    "openresponses/2026-04-24": "openai/responses",
}
"""Overlays to choose, and the set that each is for. What the wire of the provider has is always laid over."""


@cache
def schemas(name: str, *, overlays: tuple[str, ...] = ()) -> SchemaSet:
    """The schemas of one dialect.

    Args:
        name: "openai/chat", "openai/responses", "anthropic/messages" or "gemini/generate_content".
        overlays: What is laid over them, in this order, such as "openresponses/2026-04-24".

    Raises:
        UnknownName: There is no such set, or no such overlay for it.
    """
    if name not in FILES:
        raise UnknownName("schema set", name, FILES)
    known = [overlay for overlay, target in OVERLAYS.items() if target == name]
    definitions = _read(f"{FILES[name]}.schema.json")["$defs"]
    definitions = _over(definitions, f"{FILES[name]}.overlay.json")
    for overlay in overlays:
        if overlay not in known:
            raise UnknownName(f"overlay of {name}", overlay, known)
        definitions = _over(definitions, f"{overlay}/{name.rpartition('/')[2]}.overlay.json")
    return SchemaSet(definitions)


def _read(path: str) -> dict[str, Any]:
    value: Any = parse(bundled.spec_text(path))
    return dict(value)


def _over(definitions: Mapping[str, Any], path: str) -> dict[str, Any]:
    return overlaid(definitions, _read(path)["entries"], f"specs/{path}")


class SchemaSet:
    """The validators of one dialect, each compiled when it is first asked for.

    `kinds` are the wire types ("response.created") and the bodies that have none ("chunk", "completion", "response",
    "message"). Definitions that are only parts of others begin with a capital letter.
    """

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions
        self._validators: dict[str, Validator] = {}
        self.kinds = frozenset(name for name in definitions if not name[0].isupper())

    def validator(self, kind: str) -> Validator | None:
        """The validator of a kind; None where there is none, as for an event of an unknown type."""
        found = self._validators.get(kind)
        if found is None and kind in self.kinds:
            found = self._validators[kind] = Validator(self.schema(kind))
        return found

    def schema(self, kind: str) -> dict[str, Any]:
        """The schema of one kind by itself, with the definitions that it needs under `$defs`."""
        root = self._definitions[kind]
        needed: dict[str, Any] = {}
        waiting = list(_references(root))
        while waiting:
            name = waiting.pop()
            if name not in needed:
                needed[name] = self._definitions[name]
                waiting += _references(needed[name])
        return {**root, "$defs": needed}


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        pointer = schema.get("$ref")
        if isinstance(pointer, str):
            yield pointer.removeprefix("#/$defs/")
        for value in schema.values():
            yield from _references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _references(value)
