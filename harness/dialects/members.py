"""Members of payloads of which not everything is known to be right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def integer(body: Mapping[str, object], member: str) -> int | None:
    """The member of an object, where it is an integer; a boolean is none."""
    value = body.get(member)
    return value if type(value) is int else None


def text(body: Mapping[str, object], member: str) -> str | None:
    """The member of an object, where it is a string."""
    value = body.get(member)
    return value if isinstance(value, str) else None


def flag(body: Mapping[str, object], member: str) -> bool | None:
    """The member of an object, where it is true or false."""
    value = body.get(member)
    return value if isinstance(value, bool) else None


def mapping(value: object) -> dict[str, Any]:
    """The value, where it is an object; otherwise an empty one."""
    return value if isinstance(value, dict) else {}


def listed(value: object) -> list[Any]:
    """The value, where it is an array; otherwise an empty one."""
    return value if isinstance(value, list) else []
