"""Hiding secrets in a cassette's head row, where notes and other free text of the user stand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.cassettes.exchange import Redaction
    from harness.jsonvalue import JsonValue

_FORMAT = frozenset({"k", "schema", "part"})
"""Members whose values the format gives."""


class HidesText(Protocol):
    """What a redactor does with a text."""

    def text(self, text: str, where: str) -> tuple[str, tuple[Redaction, ...]]:
        """A text without secrets."""
        ...


def clean_head(head: Mapping[str, JsonValue], redactor: HidesText) -> dict[str, JsonValue]:
    """The members of a head row without the secrets in their strings, nested ones and names of members included.

    Args:
        head: The members.
        redactor: What hides; it is told the place as `head.NAME`.
    """
    return {
        redactor.text(name, "head")[0]: value if name in _FORMAT else _clean(value, redactor, f"head.{name}")
        for name, value in head.items()
    }


def _clean(value: JsonValue, redactor: HidesText, where: str) -> JsonValue:
    if isinstance(value, str):
        return redactor.text(value, where)[0]
    if isinstance(value, list):
        return [_clean(item, redactor, where) for item in value]
    if isinstance(value, dict):
        return {
            redactor.text(name, where)[0]: _field(name, item, redactor, where) for name, item in value.items()
        }
    return value


def _field(name: str, value: JsonValue, redactor: HidesText, where: str) -> JsonValue:
    """The value of a member; its name may be what tells that it is a credential, so both are looked at as one text."""
    if not isinstance(value, str):
        return _clean(value, redactor, f"{where}.{name}")
    before = json.dumps({name: value}, ensure_ascii=False)
    after, _ = redactor.text(before, f"{where}.{name}")
    try:
        [clean] = json.loads(after).values()
    except ValueError:  # a pattern of the user's that hides signs of the syntax
        clean = redactor.text(value, where)[0]
    return str(clean)
