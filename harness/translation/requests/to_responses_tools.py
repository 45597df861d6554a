"""Tools and the choice among them, as Responses has them (the types of the package openai 3.52.0)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from harness.jsonvalue import escape
from harness.translation.requests.emulation import PARAMETERS, description_of
from harness.translation.requests.tool_names import kept
from harness.turn.tools import CustomTool, FunctionTool, HostedTool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.translation.requests.sending import Sending
    from harness.translation.requests.tool_names import ToolNames
    from harness.turn.tools import Tool, ToolChoice


_WEB_SEARCHES = frozenset({"web_search", "web_search_preview"})


def put_tools(sending: Sending, names: ToolNames) -> None:
    """Tools, `tool_choice` and `parallel_tool_calls`; the web search of Chat is a tool here."""
    request = sending.request
    choice = request.tool_choice
    declared = list(request.tools or ())
    chosen: Any = None
    if choice is not None:
        chosen, allowed = _choice(sending, names, choice)
        if allowed is not None:
            declared = kept(declared, allowed, names, sending.session)
    tools = _tools(sending, names, declared)
    if request.web_search is not None:
        tools.append(_web_search(sending, request.web_search))
    if tools or (request.tools is not None and sending.is_same):
        sending.body["tools"] = tools
    if not tools and not sending.is_same:
        if choice is not None:
            sending.session.lose("L164", request.pointer("tool_choice"))
        if request.parallel_tool_calls is not None:
            sending.session.lose("L164", request.pointer("parallel_tool_calls"))
        return
    sending.put("tool_choice", chosen)
    parallel = request.parallel_tool_calls
    if request.is_legacy and "parallel_tool_calls" not in sending.refuses:
        # The legacy form has room for one call, so the model is not to make two.
        parallel = False
    sending.put("parallel_tool_calls", parallel)


# -- tools


def _tools(sending: Sending, names: ToolNames, tools: Sequence[Tool]) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []
    space: dict[str, Any] | None = None
    for tool in tools:
        if isinstance(tool, HostedTool) and tool.dialect == "chat" and tool.kind not in _WEB_SEARCHES:
            # Some server's own, under a name that means nothing here.
            sending.session.lose("L161", tool.at, tool.kind)
            continue
        told = _tool(sending, names, tool)
        namespace = None if isinstance(tool, HostedTool) or names.is_flat else tool.namespace
        if namespace is None:
            space = None
            sent.append(told)
            continue
        if space is None or space["name"] != namespace:
            space = {"type": "namespace", "name": namespace, "tools": []}
            space |= sending.request.namespaces.get(namespace, {})
            sent.append(space)
        space["tools"].append(told)
    return sent


def _tool(sending: Sending, names: ToolNames, tool: FunctionTool | CustomTool | HostedTool) -> dict[str, Any]:
    if isinstance(tool, HostedTool):
        return dict(tool.value) if tool.value else {"type": tool.kind}
    told: dict[str, Any] = {"type": "function", "name": names.of(tool.namespace, tool.name, tool.at)}
    if isinstance(tool, FunctionTool):
        if tool.description is not None:
            told["description"] = tool.description
        parameters = tool.parameters
        if parameters is None and not sending.is_same:
            # Left out, it means no parameters in Chat; here the member is required.
            parameters = {"type": "object", "properties": {}}
        told["parameters"] = None if parameters is None else dict(parameters)
        _put_strict(sending, told, tool)
    elif sending.profile.custom_tools:
        told["type"] = "custom"
        if tool.description is not None:
            told["description"] = tool.description
        if tool.format is not None:
            told["format"] = dict(tool.format)
    else:
        sending.session.lose("L144", tool.at)
        sending.session.emulated.add(told["name"])
        if (description := description_of(tool)) is not None:
            told["description"] = description
        told["parameters"] = dict(PARAMETERS)
        told["strict"] = False
    sending.keep_extra(told, tool.extra, tool.at)
    return told


def _put_strict(sending: Sending, told: dict[str, Any], tool: FunctionTool) -> None:
    """Said in words where it comes from Chat, where left out means false; here that means true if the schema allows it.

    Official answers echo `strict: true` for functions that do not mention it, and false for null.
    """
    if not sending.profile.strict_tools:
        if tool.strict is not None:
            sending.session.lose("L160", tool.at)
    elif tool.strict is not None or not sending.is_same:
        told["strict"] = bool(tool.strict)


def _web_search(sending: Sending, search: HostedTool) -> dict[str, Any]:
    """Chat's `web_search_options` as a tool."""
    told: dict[str, Any] = {"type": "web_search"}
    at = search.at or sending.request.pointer("web_search")
    for name, value in search.value.items():
        if name == "search_context_size":
            told[name] = value
        elif name == "user_location":
            told[name] = _place(value)
        else:
            sending.session.lose("L126", f"{at}/{escape(name)}")
    return told


def _place(place: Any) -> Any:
    """Where the user is: Chat has it under the name of its type, Responses flat."""
    if not isinstance(place, Mapping) or not isinstance(near := place.get("approximate"), Mapping):
        return place
    return {"type": "approximate", **near}


# -- the choice


def _choice(
    sending: Sending, names: ToolNames, choice: ToolChoice
) -> tuple[Any, frozenset[tuple[str, str]] | None]:
    """The choice as it is sent, and the tools that remain where the choice must be made by leaving out the others."""
    profile = sending.profile
    if choice.mode == "named":
        kind = "custom" if choice.kind == "custom" and profile.custom_tools else "function"
        is_verbatim = sending.is_same and kind == choice.kind and not names.is_flat and profile.named_choice
        if is_verbatim and isinstance(choice.value, Mapping):
            return dict(choice.value), None
        name = names.named(choice.name or "")
        if profile.named_choice:
            return {"type": kind, "name": name}, None
        sending.session.lose("L162", choice.at or "/tool_choice")
        return "required", frozenset({(kind, name)})
    if choice.mode == "allowed":
        return _allowed(sending, names, choice)
    if choice.mode == "hosted":
        return dict(choice.value) if isinstance(choice.value, Mapping) else {"type": choice.name}, None
    return choice.mode, None


def _allowed(
    sending: Sending, names: ToolNames, choice: ToolChoice
) -> tuple[Any, frozenset[tuple[str, str]] | None]:
    mode = "required" if choice.is_required else "auto"
    tools: list[dict[str, Any]] = []
    for one in choice.names:
        kind, name = one.get("type"), one.get("name")
        told = dict(one)
        if kind in {"function", "custom"} and isinstance(name, str):
            if not sending.profile.custom_tools:
                told["type"] = "function"
            if names.is_flat:
                space = told.pop("namespace", None)
                told["name"] = names.of(space, name) if isinstance(space, str) else names.named(name)
        tools.append(told)
    if sending.profile.allowed_tools:
        return {"type": "allowed_tools", "mode": mode, "tools": tools}, None
    sending.session.lose("L162", choice.at or "/tool_choice")
    return mode, frozenset(_key(one) for one in tools)


def _key(tool: Mapping[str, Any]) -> tuple[str, str]:
    """Kind and name of a tool that a choice allows; one that the provider runs has no name."""
    kind, name = str(tool.get("type")), tool.get("name")
    return kind, name if kind in {"function", "custom"} and isinstance(name, str) else ""
