"""Tools and the choice among them, as Chat Completions has them (the types of the package openai 3.52.0)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from harness.jsonvalue import escape
from harness.translation.requests.emulation import PARAMETERS, description_of
from harness.translation.requests.tool_names import kept
from harness.turn.tools import CustomTool, FunctionTool, HostedTool

if TYPE_CHECKING:
    from harness.translation.requests.sending import Sending
    from harness.translation.requests.tool_names import ToolNames
    from harness.turn.tools import Tool, ToolChoice

_WEB_SEARCHES = frozenset({"web_search", "web_search_preview"})
_WEB_SEARCH_OPTIONS = frozenset({"search_context_size", "user_location"})


def put_tools(sending: Sending, names: ToolNames) -> None:
    """Tools, `tool_choice`, `parallel_tool_calls` and `web_search_options`."""
    request = sending.request
    choice = request.tool_choice
    declared = list(request.tools or ())
    chosen: Any = None
    if choice is not None and declared:
        declared = [tool for tool in declared if _may_search(sending, choice, tool)]
        chosen, allowed = _choice(sending, names, choice)
        if allowed is not None:
            declared = kept(declared, allowed, names, sending.session)
    tools = [sent for tool in declared if (sent := _tool(sending, names, tool)) is not None]
    if request.web_search is not None:
        sending.put("web_search_options", dict(request.web_search.value), "web_search")
    if not tools:
        # An empty list is an error, and so is either of the others without tools.
        if choice is not None:
            sending.session.lose("L164", request.pointer("tool_choice"))
        if request.parallel_tool_calls is not None:
            sending.session.lose("L164", request.pointer("parallel_tool_calls"))
        return
    sending.body["tools"] = tools
    sending.put("tool_choice", chosen)
    parallel = request.parallel_tool_calls
    if request.is_legacy and "parallel_tool_calls" not in sending.refuses:
        # The legacy form has room for one call, so the model is not to make two.
        parallel = False
    sending.put("parallel_tool_calls", parallel)


# -- tools


def _tool(
    sending: Sending, names: ToolNames, tool: FunctionTool | CustomTool | HostedTool
) -> dict[str, Any] | None:
    if isinstance(tool, HostedTool):
        if tool.dialect == "chat":
            # Some server's own: there is none such in the official dialect, but the client speaks to that server.
            return dict(tool.value)
        _hosted(sending, tool)
        return None
    if isinstance(tool, CustomTool):
        return _custom(sending, names, tool)
    told: dict[str, Any] = {"name": names.of(tool.namespace, tool.name, tool.at)}
    if tool.description is not None:
        told["description"] = tool.description
    if tool.parameters is not None:
        told["parameters"] = dict(tool.parameters)
    strict = tool.strict
    if strict is None and sending.takes_strict(tool.parameters):
        strict = True
    if strict is not None:
        if sending.profile.strict_tools:
            told["strict"] = strict
        else:
            sending.session.lose("L160", tool.at)
    sent: dict[str, Any] = {"type": "function", "function": told}
    _keep_extra(sending, sent, told, tool)
    return sent


def _keep_extra(
    sending: Sending, sent: dict[str, Any], told: dict[str, Any], tool: FunctionTool | CustomTool
) -> None:
    """Members that nobody knows; breakpoints of a cache stand beside the function, all others in it."""
    for name, value in tool.extra.items():
        sending.keep_extra(sent if name == "cache_control" else told, {name: value}, tool.at)


def _custom(sending: Sending, names: ToolNames, tool: CustomTool) -> dict[str, Any]:
    name = names.of(tool.namespace, tool.name, tool.at)
    if not sending.profile.custom_tools:
        sending.session.lose("L144", tool.at)
        sending.session.emulated.add(name)
        function: dict[str, Any] = {"name": name}
        if (description := description_of(tool)) is not None:
            function["description"] = description
        function["parameters"] = dict(PARAMETERS)
        emulated: dict[str, Any] = {"type": "function", "function": function}
        _keep_extra(sending, emulated, function, tool)
        return emulated
    told: dict[str, Any] = {"name": name}
    if tool.description is not None:
        told["description"] = tool.description
    if tool.format is not None:
        told["format"] = _format(tool.format)
    sent: dict[str, Any] = {"type": "custom", "custom": told}
    _keep_extra(sending, sent, told, tool)
    return sent


def _format(form: Mapping[str, Any]) -> dict[str, Any]:
    """The format of a custom tool's input: `{type, syntax, definition}` becomes `{type, grammar: {...}}`."""
    if form.get("type") != "grammar":
        return dict(form)
    return {"type": "grammar", "grammar": {name: value for name, value in form.items() if name != "type"}}


def _hosted(sending: Sending, tool: HostedTool) -> None:
    """A tool that the provider runs: Chat has the web search, once, and as an option."""
    refused = "web_search_options" in sending.refuses or "web_search_options" in sending.body
    if tool.kind not in _WEB_SEARCHES or refused:
        sending.session.lose("L161", tool.at, tool.kind)
        return
    options: dict[str, Any] = {}
    for name, value in tool.value.items():
        if name == "type":
            continue
        if name not in _WEB_SEARCH_OPTIONS:
            sending.session.lose("L126", f"{tool.at}/{escape(name)}")
        elif value is not None:
            options[name] = _place(value) if name == "user_location" else value
    sending.body["web_search_options"] = options


def _place(place: Any) -> Any:
    """Where the user is: Responses has it flat, Chat under the name of its type."""
    if not isinstance(place, Mapping) or "approximate" in place:
        return place
    return {
        "type": "approximate",
        "approximate": {name: value for name, value in place.items() if name != "type"},
    }


# -- the choice


def _may_search(sending: Sending, choice: ToolChoice, tool: Tool) -> bool:
    """Chat searches the web wherever its option is there, so that it must be left out where a choice forbids it."""
    if not isinstance(tool, HostedTool) or tool.kind not in _WEB_SEARCHES or sending.is_same:
        return True
    if choice.mode == "none" or (choice.mode == "allowed" and not _searches(choice)):
        sending.session.lose("L162", tool.at)
        return False
    return True


def _searches(choice: ToolChoice) -> bool:
    """The web search is among the tools that a choice allows."""
    return any(str(one.get("type")).startswith("web_search") for one in choice.names)


def _choice(
    sending: Sending, names: ToolNames, choice: ToolChoice
) -> tuple[Any, frozenset[tuple[str, str]] | None]:
    """The choice as it is sent, and the tools that remain where the choice must be made by leaving out the others."""
    profile = sending.profile
    if choice.mode == "named":
        name = names.named(choice.name or "")
        kind = "custom" if choice.kind == "custom" and profile.custom_tools else "function"
        if profile.named_choice:
            return {"type": kind, kind: {"name": name}}, None
        sending.session.lose("L162", choice.at or "/tool_choice")
        return "required", frozenset({(kind, name)})
    if choice.mode == "allowed":
        return _allowed(sending, names, choice)
    if choice.mode == "hosted":
        if sending.is_same and choice.value is not None:
            return choice.value, None
        sending.session.lose("L163", choice.at or "/tool_choice", choice.name or "")
        return None, None
    return choice.mode, None


def _allowed(
    sending: Sending, names: ToolNames, choice: ToolChoice
) -> tuple[Any, frozenset[tuple[str, str]] | None]:
    mode = "required" if choice.is_required else "auto"
    allowed: list[tuple[str, str]] = []
    for one in choice.names:
        kind, name = one.get("type"), one.get("name")
        if kind not in {"function", "custom"} or not isinstance(name, str):
            if sending.profile.allowed_tools:
                if choice.is_required or not str(kind).startswith("web_search"):
                    sending.session.lose("L163", choice.at or "/tool_choice", str(kind))
            else:
                allowed.append((str(kind), ""))
            continue
        known = kind if sending.profile.custom_tools else "function"
        space = one.get("namespace")
        allowed.append((known, names.of(space, name) if isinstance(space, str) else names.named(name)))
    if sending.profile.allowed_tools:
        if not allowed:
            # An empty list is an error; what is left are functions of which none may be called.
            return "none", None
        tools = [{"type": kind, kind: {"name": name}} for kind, name in allowed]
        return {"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": tools}}, None
    sending.session.lose("L162", choice.at or "/tool_choice")
    return mode, frozenset(allowed)
