"""Tools and the choice among them in a request of Chat Completions (the types of the package openai 3.52.0).

The legacy `functions` and `function_call` become tools and a choice like all others, marked `is_legacy`; where a
request has both forms, it has all the tools. Tools that the provider runs are no part of the official dialect, but
several servers have them: they are `HostedTool`s, as sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from harness.translation.requests.refusals import invalid, not_among, wrong_type
from harness.turn.tools import CustomTool, FunctionTool, HostedTool, ToolChoice

if TYPE_CHECKING:
    from harness.translation.losses import Ledger
    from harness.translation.requests.shape import Members
    from harness.turn.tools import Tool

_MOST_TOOLS: Final = 128
_MODES: Final[Mapping[str, Literal["none", "auto", "required"]]] = {
    "none": "none",
    "auto": "auto",
    "required": "required",
}
_LEGACY_MODES: Final = ("none", "auto")


class Tools(NamedTuple):
    """What a request says of tools.

    Args:
        tools: None where it names none, which is not the same as an empty list.
        choice: None where it makes none.
        is_legacy: It speaks of functions in the legacy form only.
        at: Where these stood, where that is not under their own names.
    """

    tools: tuple[Tool, ...] | None
    choice: ToolChoice | None
    is_legacy: bool
    at: dict[str, str]


def tools_of(body: Members, ledger: Ledger) -> Tools:
    """The tools of a request, and the choice among them.

    Raises:
        RequestRefused: One of them has a wrong shape, or there is a choice and nothing to choose from.
    """
    declared = body.objects("tools", most=_MOST_TOOLS)
    functions = body.objects("functions", fewest=1, most=_MOST_TOOLS)
    at: dict[str, str] = {}
    tools: tuple[Tool, ...] | None = None
    if declared is not None:
        tools = tuple(_tool(tool, ledger) for tool in declared)
    if functions is not None:
        tools = (*(tools or ()), *(_legacy_function(function) for function in functions))
        if declared is None:
            at["tools"] = "/functions"
    choice = _choice(body, ledger)
    if choice is not None:
        _demand(body, "tool_choice", "tools", is_there=tools is not None)
        if body.has("function_call"):
            ledger.lose("L100", body.pointer("function_call"), "tool_choice counts")
    elif (choice := _legacy_choice(body, ledger)) is not None:
        at["tool_choice"] = "/function_call"
        _demand(body, "function_call", "functions", is_there=tools is not None)
    return Tools(tools, choice, functions is not None and declared is None, at)


def _demand(body: Members, name: str, other: str, *, is_there: bool) -> None:
    if not is_there:
        why = f"'{name}' is only allowed when '{other}' are specified."
        raise invalid(body.place(name), why, name=None)


# -- tools


def _tool(tool: Members, ledger: Ledger) -> Tool:
    kind = tool.required_text("type")
    match kind:
        case "function":
            return _function(tool.required_members("function"), tool, ledger)
        case "custom":
            return _custom(tool.required_members("custom"), tool, ledger)
        case _:
            return HostedTool(kind=kind, value=tool.value, dialect="chat", at=tool.at)


def _function(function: Members, tool: Members, ledger: Ledger) -> FunctionTool:
    return FunctionTool(
        name=function.required_text("name", shortest=1),
        description=function.text("description"),
        parameters=function.mapping("parameters"),
        strict=function.boolean("strict"),
        extra=_extra(tool, function, {"name", "description", "parameters", "strict"}, ledger),
        at=tool.at,
    )


def _custom(custom: Members, tool: Members, ledger: Ledger) -> CustomTool:
    return CustomTool(
        name=custom.required_text("name", shortest=1),
        description=custom.text("description"),
        format=_format(custom, ledger),
        extra=_extra(tool, custom, {"name", "description", "format"}, ledger),
        at=tool.at,
    )


def _extra(tool: Members, inner: Members, known: set[str], ledger: Ledger) -> dict[str, Any]:
    """Members that nobody knows, of the tool and of the object inside it: of two with one name, the latter's."""
    outside, inside = tool.unknown({"type", "function", "custom"}), inner.unknown(known)
    for name in outside.keys() & inside.keys():
        ledger.lose("L100", tool.pointer(name))
    return outside | inside


def _format(custom: Members, ledger: Ledger) -> Mapping[str, Any] | None:
    """The format of a custom tool's input: `{type, grammar: {...}}` becomes `{type, syntax, definition}`."""
    form = custom.members("format")
    if form is None:
        return None
    kind = form.required_choice("type", ("text", "grammar"))
    known = {"type"} if kind == "text" else {"type", "grammar"}
    form.lose_rest(known, ledger)
    if kind == "text":
        return {"type": "text"}
    grammar = form.required_members("grammar")
    syntax = grammar.required_choice("syntax", ("lark", "regex"))
    definition = grammar.required_text("definition")
    grammar.lose_rest({"syntax", "definition"}, ledger)
    return {"type": "grammar", "syntax": syntax, "definition": definition}


def _legacy_function(function: Members) -> FunctionTool:
    return FunctionTool(
        name=function.required_text("name", shortest=1),
        description=function.text("description"),
        parameters=function.mapping("parameters"),
        is_legacy=True,
        extra=function.unknown({"name", "description", "parameters"}),
        at=function.at,
    )


# -- the choice


def _choice(body: Members, ledger: Ledger) -> ToolChoice | None:
    value = body.get("tool_choice")
    if value is None:
        return None
    at = body.pointer("tool_choice")
    if isinstance(value, str):
        if value not in _MODES:
            raise not_among(body.place("tool_choice"), value, tuple(_MODES))
        return ToolChoice(mode=_MODES[value], at=at)
    if not isinstance(value, Mapping):
        raise wrong_type(body.place("tool_choice"), "one of a string or object", value)
    choice = body.required_members("tool_choice")
    match kind := choice.required_text("type"):
        case "function" | "custom":
            named = choice.required_members(kind)
            choice.lose_rest({"type", kind}, ledger)
            named.lose_rest({"name"}, ledger)
            is_custom = kind == "custom"
            return ToolChoice(
                mode="named",
                name=named.required_text("name"),
                kind="custom" if is_custom else "function",
                at=at,
            )
        case "allowed_tools":
            return _allowed(choice, ledger)
        case _:
            return ToolChoice(mode="hosted", name=kind, value=value, at=at)


def _allowed(choice: Members, ledger: Ledger) -> ToolChoice:
    allowed = choice.required_members("allowed_tools")
    choice.lose_rest({"type", "allowed_tools"}, ledger)
    allowed.lose_rest({"mode", "tools"}, ledger)
    return ToolChoice(
        mode="allowed",
        is_required=allowed.required_choice("mode", ("auto", "required")) == "required",
        names=tuple(_allowed_tool(tool, ledger) for tool in allowed.required_objects("tools", fewest=1)),
        at=choice.at,
    )


def _allowed_tool(tool: Members, ledger: Ledger) -> Mapping[str, Any]:
    """One of the tools that are allowed: `{type, function: {name}}` becomes `{type, name}`."""
    kind = tool.required_text("type")
    if kind not in {"function", "custom"}:
        return tool.value
    named = tool.required_members(kind)
    tool.lose_rest({"type", kind}, ledger)
    named.lose_rest({"name"}, ledger)
    return {"type": kind, "name": named.required_text("name")}


def _legacy_choice(body: Members, ledger: Ledger) -> ToolChoice | None:
    value = body.get("function_call")
    if value is None:
        return None
    at = body.pointer("function_call")
    if isinstance(value, str):
        if value not in _LEGACY_MODES:
            raise not_among(body.place("function_call"), value, _LEGACY_MODES)
        return ToolChoice(mode=_MODES[value], at=at)
    if not isinstance(value, Mapping):
        raise wrong_type(body.place("function_call"), "one of a string or object", value)
    named = body.required_members("function_call")
    named.lose_rest({"name"}, ledger)
    return ToolChoice(mode="named", name=named.required_text("name"), at=at)
