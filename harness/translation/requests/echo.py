"""What a response object repeats of the request that it answers (Responses API).

Which members there are, their order and their defaults are those of OpenAI's answers as recorded in 2026; a member that
the request does not name comes back with the default, never left out. What an answer says of itself (`id`, `status`,
`output`, `usage`, `completed_at`, `error` and so on) is its writer's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.turn.conversation import Request


def echo(request: Request | None, body: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a response object that come from its request.

    `service_tier` is "auto" where the client named none: an answer that is over says which tier it was, which OpenAI
    calls "default". `model` is the client's word; OpenAI puts the dated name of the model that serves.

    Args:
        request: The client's request as it was read; None where an answer is translated without its request. It need
            not speak Responses.
        body: The client's body as it was sent, before earlier responses were put into its input. A member of the wrong
            type counts as absent; {} where nobody knows the request.

    Returns:
        A fresh dict; its values are shared with the body where nothing had to be added.
    """
    spoken = request is None or request.dialect == "responses"
    said: Mapping[str, Any] = body if spoken else {}
    echoed = {name: _member(said.get(name), *kind) for name, kind in _MEMBERS.items()}
    if not spoken and request is not None:
        echoed.update(_of_chat(request))
    model = request.model if request is not None else body.get("model")
    echoed["model"] = model if isinstance(model, str) else ""
    echoed["reasoning"] = _reasoning(said.get("reasoning"))
    echoed["text"] = _text(said.get("text"))
    echoed["tools"] = _tools(said.get("tools"))
    for name in ("prompt", "prompt_cache_options"):
        if isinstance(said.get(name), Mapping):
            echoed[name] = said[name]
    conversation = said.get("conversation")
    if conversation is not None:
        echoed["conversation"] = {"id": conversation} if isinstance(conversation, str) else conversation
    return echoed


_NUMBER: Final = (int, float)

_MEMBERS: Final[Mapping[str, tuple[tuple[type, ...], Any]]] = MappingProxyType(
    {
        "background": ((bool,), False),
        "frequency_penalty": (_NUMBER, 0.0),
        "instructions": ((str,), None),
        "max_output_tokens": ((int,), None),
        "max_tool_calls": ((int,), None),
        "model": ((str,), ""),
        "moderation": ((), None),
        "parallel_tool_calls": ((bool,), True),
        "presence_penalty": (_NUMBER, 0.0),
        "previous_response_id": ((str,), None),
        "prompt_cache_key": ((str,), None),
        "prompt_cache_retention": ((str,), None),
        "reasoning": ((), None),
        "safety_identifier": ((str,), None),
        "service_tier": ((str,), "auto"),
        "store": ((bool,), True),
        "temperature": (_NUMBER, 1.0),
        "text": ((), None),
        "tool_choice": ((str, Mapping), "auto"),
        "tools": ((), None),
        "top_logprobs": ((int,), 0),
        "top_p": (_NUMBER, 1.0),
        "truncation": ((str,), "disabled"),
        "user": ((str,), None),
        "metadata": ((Mapping,), MappingProxyType({})),
    }
)


def _member(value: Any, types: tuple[type, ...], default: Any) -> Any:
    """The value where it is of such a type, else the default."""
    # A bool is an int to Python, and to nobody else.
    if isinstance(value, types) and (bool in types or not isinstance(value, bool)):
        return value
    return dict(default) if isinstance(default, Mapping) else default


def _of_chat(request: Request) -> dict[str, Any]:
    """What a request that speaks Chat says of these members, under their names here."""
    said: dict[str, Any] = {
        "max_output_tokens": request.max_output_tokens,
        "parallel_tool_calls": request.parallel_tool_calls,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "top_logprobs": request.top_logprobs,
        "frequency_penalty": request.frequency_penalty,
        "presence_penalty": request.presence_penalty,
        **{name: request.options.get(name) for name in _SHARED},
    }
    return {
        name: value
        for name, value in said.items()
        if value is not None and isinstance(value, _MEMBERS[name][0])
    }


_SHARED: Final = (
    "metadata", "prompt_cache_key", "prompt_cache_retention", "safety_identifier", "service_tier", "store", "user",
)  # fmt: skip


# -- the nested ones


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _reasoning(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        return {"effort": None, "summary": None}
    # `generate_summary` is the older name of `summary`.
    summary = _word(value.get("summary")) or _word(value.get("generate_summary"))
    rest = {name: one for name, one in value.items() if name not in {"effort", "summary", "generate_summary"}}
    return {"effort": _word(value.get("effort")), "summary": summary, **rest}


def _text(value: Any) -> dict[str, Any]:
    said = value if isinstance(value, Mapping) else {}
    rest = {name: one for name, one in said.items() if name not in {"format", "verbosity"}}
    return {
        "format": _format(said.get("format")),
        "verbosity": _word(said.get("verbosity")) or "medium",
        **rest,
    }


def _format(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not isinstance(value.get("type"), str):
        return {"type": "text"}
    if value["type"] != "json_schema":
        return dict(value)
    return _filled(value, {"description": None, "name": "", "schema": {}, "strict": True})


def _tools(value: Any) -> list[Any]:
    if not isinstance(value, Sequence) or isinstance(value, (str, bytes)):
        return []
    return [_tool(tool) for tool in value if isinstance(tool, Mapping)]


def _tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    kind = tool.get("type")
    make = _TOOLS.get(kind) if isinstance(kind, str) else None
    return dict(tool) if make is None else make(tool)


def _function(tool: Mapping[str, Any]) -> dict[str, Any]:
    made = _filled(tool, {"description": None, "name": "", "parameters": None, "strict": True})
    if tool.get("strict", True) is None:
        made["strict"] = False
    # Chat's nested form is accepted and passed over, as long as the name is outside, too.
    made.pop("function", None)
    return made


def _custom(tool: Mapping[str, Any]) -> dict[str, Any]:
    return _filled(tool, {"description": None, "format": {"type": "text"}, "name": ""})


def _namespace(tool: Mapping[str, Any]) -> dict[str, Any]:
    return {**tool, "tools": _tools(tool.get("tools"))}


def _web_search(tool: Mapping[str, Any]) -> dict[str, Any]:
    return _filled(tool, {"filters": None, "search_context_size": "medium", "user_location": None})


def _web_search_preview(tool: Mapping[str, Any]) -> dict[str, Any]:
    return _filled(tool, {"search_context_size": "medium", "user_location": None})


def _file_search(tool: Mapping[str, Any]) -> dict[str, Any]:
    ranking = {"ranker": "auto", "score_threshold": 0.0}
    return _filled(tool, {"filters": None, "max_num_results": 20, "ranking_options": ranking})


def _mcp(tool: Mapping[str, Any]) -> dict[str, Any]:
    defaults = {
        "allowed_tools": None,
        "headers": None,
        "require_approval": "always",
        "server_description": None,
    }
    made = _filled(tool, defaults)
    # Both hold keys of the client: OpenAI does not say them again.
    made["headers"] = None
    made.pop("authorization", None)
    return made


def _filled(value: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The type, then the members that are always there, then what else was said."""
    made = {"type": value.get("type")}
    made.update((name, value.get(name, default)) for name, default in defaults.items())
    made.update(value)
    return made


_TOOLS: Final[Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]]] = MappingProxyType(
    {
        "function": _function,
        "custom": _custom,
        "namespace": _namespace,
        "web_search": _web_search,
        "web_search_2025_08_26": _web_search,
        "web_search_preview": _web_search_preview,
        "web_search_preview_2025_03_11": _web_search_preview,
        "file_search": _file_search,
        "mcp": _mcp,
    }
)
