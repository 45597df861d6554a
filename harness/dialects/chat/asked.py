"""What a request to Chat Completions asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.dialects.asked import Asked
from harness.dialects.members import integer, text

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORDS = frozenset({"auto", "none", "required"})


def asked(path: str, body: Mapping[str, object]) -> Asked:
    """Read a request.

    Args:
        path: Its path, with the query; nothing of the request is in it.
        body: Its JSON object; members that are not as documented count as absent.
    """
    del path
    tools = _array(body.get("tools"))
    functions = _array(body.get("functions"))
    names = [name for one in (*tools, *functions) if (name := _tool_name(one))]
    choice, forced, allowed = _tool_choice(body)
    parallel, usage = (
        body.get("parallel_tool_calls"),
        _object(body.get("stream_options")).get("include_usage"),
    )
    logprobs, store = body.get("logprobs"), body.get("store")
    stop = body.get("stop")
    return Asked(
        body=body,
        stream=body.get("stream") is True,
        model=text(body, "model"),
        n=max(1, integer(body, "n") or 1),
        include_usage=usage if isinstance(usage, bool) else None,
        tools=tuple(names),
        has_tools=bool(tools or functions),
        tool_choice=choice,
        forced_tool=forced,
        allowed_tools=allowed,
        parallel_tool_calls=parallel if isinstance(parallel, bool) else None,
        stop=tuple(
            one for one in ([stop] if isinstance(stop, str) else _array(stop)) if isinstance(one, str)
        ),
        max_tokens=_max_tokens(body),
        logprobs=logprobs if isinstance(logprobs, bool) else None,
        store=store if isinstance(store, bool) else None,
        audio="audio" in _array(body.get("modalities")),
    )


def _tool_choice(body: Mapping[str, object]) -> tuple[str | None, str | None, tuple[str, ...] | None]:
    """The choice as a word, the tool that is forced, and the tools that are allowed; the older form included."""
    given = body.get("tool_choice", body.get("function_call"))
    if isinstance(given, str):
        return (given if given in _WORDS else None), None, None
    choice = _object(given)
    if choice.get("type") == "allowed_tools":
        limits = _object(choice.get("allowed_tools", choice))
        names = [name for one in _array(limits.get("tools")) if (name := _tool_name(one))]
        return ("required" if limits.get("mode") == "required" else "allowed"), None, tuple(names)
    name = _tool_name(choice)
    return ("named", name, None) if name else (None, None, None)


def _tool_name(tool: object) -> str | None:
    """The name in any of the three forms: {function: {name}}, {custom: {name}}, {name}."""
    one = _object(tool)
    for holder in (_object(one.get("function")), _object(one.get("custom")), one):
        if name := text(holder, "name"):
            return name
    return None


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _array(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _max_tokens(body: Mapping[str, object]) -> int | None:
    limits = (integer(body, "max_completion_tokens"), integer(body, "max_tokens"))
    return next((one for one in limits if one is not None), None)
