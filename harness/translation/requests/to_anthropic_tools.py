"""Tools and the choice among them, as Anthropic has them (types of the package anthropic 2.11.0)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from harness.jsonvalue import escape
from harness.translation.requests.emulation import PARAMETERS, description_of
from harness.translation.requests.schema_subset import ANTHROPIC, fitted
from harness.translation.requests.to_anthropic_blocks import put_extra
from harness.turn.tools import CustomTool, FunctionTool, HostedTool

if TYPE_CHECKING:
    from harness.translation.requests.accepted_names import AcceptedNames
    from harness.translation.requests.claude_models import ClaudeModel
    from harness.translation.requests.wishes import Wishes
    from harness.turn.conversation import Request
    from harness.turn.tools import ToolChoice

_HOSTED: Final[Mapping[str, tuple[str, str]]] = {
    "web_search": ("web_search", "web_search_20250305"),
    "web_search_preview": ("web_search", "web_search_20250305"),
    "code_interpreter": ("code_execution", "code_execution_20250825"),
    "code_execution": ("code_execution", "code_execution_20250825"),
}
"""The name and type here of tools that a provider runs."""

_MODES: Final[Mapping[str, str]] = {"none": "none", "auto": "auto", "required": "any"}
_DOMAINS: Final = ("allowed_domains", "blocked_domains")


def hosted_names(request: Request) -> set[str]:
    """Names that the provider's own tools have in this request; no tool of the client may have one of them."""
    kinds = [tool.kind for tool in request.tools or () if isinstance(tool, HostedTool)]
    if request.web_search is not None:
        kinds.append(request.web_search.kind)
    return {_HOSTED[kind][0] for kind in kinds if kind in _HOSTED}


def put_tools(body: dict[str, Any], wishes: Wishes, names: AcceptedNames, model: ClaudeModel) -> None:
    """`tools` and `tool_choice`."""
    request = wishes.request
    choice: ToolChoice | None = wishes.take("tool_choice")
    tools: dict[str, dict[str, Any]] = {}
    for tool in request.tools or ():
        told = (
            _hosted(wishes, tool, tool.at)
            if isinstance(tool, HostedTool)
            else _declared(wishes, names, tool, model)
        )
        if told is not None:
            tools[told["name"]] = told
    if request.web_search is not None:
        search = request.web_search
        told = _hosted(wishes, search, search.at or request.pointer("web_search"))
        if told is not None:
            tools[told["name"]] = told
    chosen = None if choice is None else _choice(wishes, names, choice, tools)
    if not tools:
        for field in ("tool_choice", "parallel_tool_calls"):
            if getattr(request, field) is not None:
                wishes.session.lose("L164", request.pointer(field))
        return
    body["tools"] = list(tools.values())
    # The legacy form has room for one call, so the model is not to make two.
    is_single = request.parallel_tool_calls is False or request.is_legacy
    if is_single and (chosen is None or chosen["type"] != "none"):
        chosen = {**(chosen or {"type": "auto"}), "disable_parallel_tool_use": True}
    if chosen is not None:
        body["tool_choice"] = chosen


# -- tools


def _declared(
    wishes: Wishes, names: AcceptedNames, tool: FunctionTool | CustomTool, model: ClaudeModel
) -> dict[str, Any]:
    session = wishes.session
    told: dict[str, Any] = {"name": names.of(tool.namespace, tool.name, tool.at)}
    if isinstance(tool, CustomTool):
        session.lose("L144", tool.at)
        session.emulated.add(told["name"])
        if (description := description_of(tool)) is not None:
            told["description"] = description
        told["input_schema"] = dict(PARAMETERS)
        put_extra(told, tool.extra, tool.at, session)
        return told
    if tool.description is not None:
        told["description"] = tool.description
    schema = dict(tool.parameters or {})
    if not schema:
        schema = {"type": "object", "properties": {}}
        if tool.strict:
            schema["additionalProperties"] = False
    elif schema.get("type") != "object":
        session.lose("L112", tool.at, "type: object in the parameters")
        schema = {**schema, "type": "object"}
    if tool.strict:
        if model.has_structured_output and session.profile.strict_tools:
            schema, is_changed = fitted(schema, ANTHROPIC)
            if is_changed:
                session.lose("L112", tool.at)
            told["strict"] = True
        else:
            session.lose("L160", tool.at)
    told["input_schema"] = schema
    put_extra(told, tool.extra, tool.at, session)
    return told


def _hosted(wishes: Wishes, tool: HostedTool, at: str) -> dict[str, Any] | None:
    known = _HOSTED.get(tool.kind)
    if known is None:
        wishes.session.lose("L161", at, tool.kind)
        return None
    name, kind = known
    told: dict[str, Any] = {"type": kind, "name": name}
    for option, value in tool.value.items():
        if option == "type" or value is None:
            continue
        if name == "web_search" and option == "user_location" and isinstance(value, Mapping):
            told["user_location"] = _place(value)
        elif name == "web_search" and option == "filters" and isinstance(value, Mapping):
            told |= _filters(wishes, value, f"{at}/filters")
        else:
            wishes.session.lose("L126" if name == "web_search" else "L124", f"{at}/{escape(option)}")
    return told


def _place(place: Mapping[str, Any]) -> dict[str, Any]:
    """Where the user is: Chat has it under the name of its type, the others flat."""
    inner = place.get("approximate")
    flat = inner if isinstance(inner, Mapping) else place
    return {"type": "approximate", **{name: one for name, one in flat.items() if name != "type"}}


def _filters(wishes: Wishes, filters: Mapping[str, Any], at: str) -> dict[str, Any]:
    """Domains to search; only one of the two lists may be there."""
    told: dict[str, Any] = {}
    for name, value in filters.items():
        if value is None:
            continue
        if name in _DOMAINS and not told:
            told[name] = value
        else:
            wishes.session.lose("L126", f"{at}/{escape(name)}")
    return told


# -- the choice


def _choice(
    wishes: Wishes, names: AcceptedNames, choice: ToolChoice, tools: dict[str, dict[str, Any]]
) -> dict[str, Any] | None:
    """The choice as it is sent; where tools must be left out for it, they are."""
    at = choice.at or wishes.request.pointer("tool_choice")
    if choice.mode == "named":
        return {"type": "tool", "name": names.named(choice.name or "", at)}
    if choice.mode == "hosted":
        known = _HOSTED.get(choice.name or "")
        if known is not None and known[0] in tools:
            return {"type": "tool", "name": known[0]}
        wishes.session.lose("L163", at, choice.name or "")
        return None
    if choice.mode != "allowed":
        return {"type": _MODES[choice.mode]}
    allowed: set[str] = set()
    for one in choice.names:
        name, space, kind = one.get("name"), one.get("namespace"), str(one.get("type"))
        if isinstance(name, str):
            allowed.add(names.of(space, name, at) if isinstance(space, str) else names.named(name, at))
        elif kind in _HOSTED:
            allowed.add(_HOSTED[kind][0])
        else:
            wishes.session.lose("L163", at, kind)
    for name in [name for name in tools if name not in allowed]:
        del tools[name]
        wishes.session.lose("L162", at)
    return {"type": "any" if choice.is_required else "auto"}
