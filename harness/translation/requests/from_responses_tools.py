"""Tools and the choice among them in a request of the Responses API (types of the package openai 3.52.0).

Functions and custom tools stand flat here, or in a namespace; all other kinds are tools that the provider runs, or that
only it knows how to describe, and are kept as they were sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from harness.translation.requests.refusals import not_among, wrong_type
from harness.turn.tools import CustomTool, FunctionTool, HostedTool, ToolChoice

if TYPE_CHECKING:
    from harness.translation.requests.shape import Members
    from harness.turn.tools import Tool

_MODES: Final[Mapping[str, Literal["none", "auto", "required"]]] = {
    "none": "none",
    "auto": "auto",
    "required": "required",
}
_IN_NAMESPACES: Final = ("function", "custom")
_DATE: Final = re.compile(r"_\d{4}_\d{2}_\d{2}\Z")


class Tools(NamedTuple):
    """What a request says of tools.

    Args:
        tools: None where it names none, which is not the same as an empty list.
        namespaces: Members of a namespace besides its name and tools, by its name.
    """

    tools: tuple[Tool, ...] | None
    namespaces: Mapping[str, Mapping[str, Any]]


def tools_of(body: Members) -> Tools:
    """The tools of a request.

    Raises:
        RequestRefused: One of them has a wrong shape.
    """
    declared = body.objects("tools")
    namespaces: dict[str, Mapping[str, Any]] = {}
    if declared is None:
        return Tools(None, namespaces)
    tools: list[Tool] = []
    for tool in declared:
        kind = tool.required_text("type")
        inner = tool.objects("tools") if kind == "namespace" else None
        if not inner:
            tools.append(_tool(tool, kind, None))
            continue
        name = tool.required_text("name", shortest=1)
        namespaces.setdefault(name, tool.rest({"type", "name", "tools"}))
        tools += [_tool(one, one.required_choice("type", _IN_NAMESPACES), name) for one in inner]
    return Tools(tuple(tools), namespaces)


def _tool(tool: Members, kind: str, namespace: str | None) -> Tool:
    if kind == "function":
        return FunctionTool(
            name=tool.required_text("name", shortest=1),
            description=tool.text("description"),
            parameters=tool.mapping("parameters"),
            strict=_strict(tool),
            namespace=namespace,
            extra=tool.rest({"type", "name", "description", "parameters", "strict"}),
            at=tool.at,
        )
    if kind == "custom":
        return CustomTool(
            name=tool.required_text("name", shortest=1),
            description=tool.text("description"),
            format=tool.mapping("format"),
            namespace=namespace,
            extra=tool.rest({"type", "name", "description", "format"}),
            at=tool.at,
        )
    return HostedTool(kind=_DATE.sub("", kind), value=tool.value, dialect="responses", at=tool.at)


def _strict(tool: Members) -> bool | None:
    """Null means false to OpenAI, and only a member that is absent means true where the schema allows it.

    That is what the echo of official answers says in both cases.
    """
    strict = tool.boolean("strict")
    return False if strict is None and "strict" in tool.value else strict


# -- the choice


def choice_of(body: Members) -> ToolChoice | None:
    """The choice among the tools.

    Raises:
        RequestRefused: It is none.
    """
    value = body.get("tool_choice")
    if value is None:
        return None
    at = body.pointer("tool_choice")
    if isinstance(value, str):
        mode = _MODES.get(value)
        if mode is None:
            raise not_among(body.place("tool_choice"), value, tuple(_MODES))
        return ToolChoice(mode=mode, value=value, at=at)
    if not isinstance(value, Mapping):
        raise wrong_type(body.place("tool_choice"), "one of a string or object", value)
    choice = body.required_members("tool_choice")
    kind = choice.required_text("type")
    if kind in _IN_NAMESPACES:
        name = choice.required_text("name", shortest=1)
        return ToolChoice(
            mode="named", name=name, kind="custom" if kind == "custom" else "function", value=value, at=at
        )
    if kind == "allowed_tools":
        required = choice.required_choice("mode", ("auto", "required")) == "required"
        names = tuple(tool.value for tool in choice.required_objects("tools"))
        return ToolChoice(mode="allowed", names=names, is_required=required, value=value, at=at)
    return ToolChoice(mode="hosted", name=_DATE.sub("", kind), value=value, at=at)
