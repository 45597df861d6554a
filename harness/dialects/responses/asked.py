"""Reading a request to the Responses API: `POST /v1/responses`, or `GET /v1/responses/{id}` that resumes a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from harness.dialects.asked import Asked
from harness.dialects.members import flag, integer, listed, text

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
    tools = [tool for tool in listed(body.get("tools")) if isinstance(tool, dict)]
    choice, forced, allowed = _choice(body.get("tool_choice"))
    include = tuple(one for one in listed(body.get("include")) if isinstance(one, str))
    top_logprobs = integer(body, "top_logprobs")
    wants_logprobs = "message.output_text.logprobs" in include or bool(top_logprobs)
    return Asked(
        body=body,
        stream=body.get("stream") is True or query.get("stream", [""])[0] == "true",
        model=text(body, "model"),
        tools=tuple(name for tool in tools if isinstance(name := tool.get("name"), str)),
        has_tools=bool(tools),
        tool_choice=choice,
        forced_tool=forced,
        allowed_tools=allowed,
        parallel_tool_calls=flag(body, "parallel_tool_calls"),
        max_tokens=integer(body, "max_output_tokens"),
        logprobs=wants_logprobs if body else None,
        store=flag(body, "store"),
        background=flag(body, "background"),
        starting_after=_number(query.get("starting_after", [""])[0]),
        include=(*include, *query.get("include", ()), *query.get("include[]", ())),
        previous_response_id=text(body, "previous_response_id"),
    )


def _choice(value: object) -> tuple[str | None, str | None, tuple[str, ...] | None]:
    if isinstance(value, str):
        return value, None, None
    if not isinstance(value, dict):
        return None, None, None
    if value.get("type") == "allowed_tools":
        named = [tool.get("name") for tool in listed(value.get("tools")) if isinstance(tool, dict)]
        return "allowed", None, tuple(name for name in named if isinstance(name, str))
    return "named", text(value, "name"), None


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None
