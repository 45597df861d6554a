"""What a request to Anthropic Messages asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.dialects.asked import Asked
from harness.dialects.members import integer, text

if TYPE_CHECKING:
    from collections.abc import Mapping

_CHOICES = {"auto": "auto", "any": "required", "tool": "named", "none": "none"}


def asked(path: str, body: Mapping[str, object]) -> Asked:
    """Read a request.

    Args:
        path: Its path, with the query.
        body: Its JSON object; members that are not as documented count as absent.
    """
    choice = _object(body.get("tool_choice"))
    tools = [_object(one) for one in _array(body.get("tools"))]
    # A tool with a type such as "web_search_20250305" runs at the provider; a client's own has none, or "custom".
    own = [
        one["name"]
        for one in tools
        if one.get("type") in {None, "custom"} and isinstance(one.get("name"), str)
    ]
    serial = choice.get("disable_parallel_tool_use")
    forced = choice.get("name")
    return Asked(
        body=body,
        stream=body.get("stream") is True or "streamRawPredict" in path,
        model=text(body, "model"),
        include_usage=None,
        tools=tuple(own),
        has_tools=bool(tools),
        tool_choice=_CHOICES.get(str(choice.get("type"))),
        forced_tool=forced if isinstance(forced, str) and choice.get("type") == "tool" else None,
        parallel_tool_calls=not serial if isinstance(serial, bool) else None,
        stop=tuple(one for one in _array(body.get("stop_sequences")) if isinstance(one, str)),
        max_tokens=integer(body, "max_tokens"),
    )


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _array(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
