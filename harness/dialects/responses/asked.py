"""Reading a request to the Responses API: `POST /v1/responses`, or `GET /v1/responses/{id}` that resumes a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from harness.dialects.asked import Asked

if TYPE_CHECKING:
    from collections.abc import Mapping


def is_path(path: str) -> bool:
    """Whether a request's path is one of the Responses API; prefixes of gateways are passed over."""
    parts = [part for part in path.partition("?")[0].split("/") if part]
    return "responses" in parts[-2:] and parts[-1] not in {"cancel", "input_items", "input_tokens", "compact"}


def read_request(path: str, body: Mapping[str, object]) -> Asked:
    """What a request asks for.

    Args:
        path: Its path with query.
        body: Its JSON body; empty for a GET.
    """
    query = parse_qs(path.partition("?")[2])
    tools = [tool for tool in _list(body.get("tools")) if isinstance(tool, dict)]
    choice, forced, allowed = _choice(body.get("tool_choice"))
    include = tuple(one for one in _list(body.get("include")) if isinstance(one, str))
    top_logprobs = _int(body.get("top_logprobs"))
    wants_logprobs = "message.output_text.logprobs" in include or bool(top_logprobs)
    return Asked(
        body=body,
        stream=body.get("stream") is True or query.get("stream", [""])[0] == "true",
        model=_str(body.get("model")),
        tools=tuple(name for tool in tools if isinstance(name := tool.get("name"), str)),
        has_tools=bool(tools),
        tool_choice=choice,
        forced_tool=forced,
        allowed_tools=allowed,
        parallel_tool_calls=_bool(body.get("parallel_tool_calls")),
        max_tokens=_int(body.get("max_output_tokens")),
        logprobs=wants_logprobs if body else None,
        store=_bool(body.get("store")),
        background=_bool(body.get("background")),
        starting_after=_number(query.get("starting_after", [""])[0]),
        include=(*include, *query.get("include", ()), *query.get("include[]", ())),
        previous_response_id=_str(body.get("previous_response_id")),
    )


def _choice(value: object) -> tuple[str | None, str | None, tuple[str, ...] | None]:
    if isinstance(value, str):
        return value, None, None
    if not isinstance(value, dict):
        return None, None, None
    if value.get("type") == "allowed_tools":
        named = [tool.get("name") for tool in _list(value.get("tools")) if isinstance(tool, dict)]
        return "allowed", None, tuple(name for name in named if isinstance(name, str))
    return "named", _str(value.get("name")), None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _str(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _bool(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _int(value: object) -> int | None:
    return value if type(value) is int else None


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None
