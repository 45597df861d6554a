"""Arguments that come as a JSON value, as the text that clients of OpenAI read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.jsonvalue import compact

if TYPE_CHECKING:
    from harness.jsonvalue import JsonValue


def json_text(value: JsonValue) -> str | None:
    """The value on one line, keys in the order they have; None where it is nested too deeply to be written."""
    try:
        return compact(value)
    except (RecursionError, ValueError):
        return None
