"""Members of payloads of which not everything is known to be right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.dialects.signal import Body
    from harness.jsonvalue import JsonValue


def integer(body: Body, member: str) -> int | None:
    """The member, where it is an integer."""
    value = body.get(member)
    return value if type(value) is int else None


def text(body: Body, member: str) -> str | None:
    """The member, where it is a string."""
    value = body.get(member)
    return value if isinstance(value, str) else None


def mapping(value: JsonValue) -> dict[str, Any]:
    """The value, where it is an object; otherwise an empty one."""
    return value if isinstance(value, dict) else {}


def listed(value: JsonValue) -> list[Any]:
    """The value, where it is an array; otherwise an empty one."""
    return value if isinstance(value, list) else []
