"""Tools and the choice among them, as Gemini has them (types of the package google-genai 3.4.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.jsonvalue import escape
from harness.translation.requests.emulation import PARAMETERS, description_of
from harness.translation.requests.plain_turns import lose_extra
from harness.turn.tools import CustomTool, FunctionTool, HostedTool

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.translation.requests.accepted_names import AcceptedNames
    from harness.translation.requests.gemini_models import GeminiModel
    from harness.translation.requests.wishes import Wishes
    from harness.turn.tools import ToolChoice

_HOSTED: Final[Mapping[str, str]] = {
    "web_search": "googleSearch",
    "web_search_preview": "googleSearch",
    "google_search": "googleSearch",
    "code_interpreter": "codeExecution",
    "code_execution": "codeExecution",
    "url_context": "urlContext",
}
_MODES: Final[Mapping[str, str]] = {"none": "NONE", "auto": "AUTO", "required": "ANY"}


def put_tools(body: dict[str, Any], wishes: Wishes, names: AcceptedNames, model: GeminiModel) -> None:
    """`tools` and `toolConfig`."""
    request = wishes.request
    choice: ToolChoice | None = wishes.take("tool_choice")
    functions, hosted = _known_here(wishes, names)
    allowed: list[str] | None = None
    if choice is not None and choice.mode == "allowed":
        allowed = _allowed(wishes, names, choice, functions, hosted)
    elif choice is not None and choice.mode == "none" and hosted:
        _forbid(wishes, choice, hosted)
        if not functions:
            return
    tools: list[dict[str, Any]] = [{"functionDeclarations": list(functions.values())}] if functions else []
    tools += [{kind: settings} for kind, settings in hosted.items()]
    if not tools:
        _lose_without_tools(wishes)
        return
    body["tools"] = tools
    calling = None if choice is None else _calling(wishes, names, choice, functions, allowed)
    config: dict[str, Any] = {} if calling is None else {"functionCallingConfig": calling}
    if functions and hosted and model.results_with_files:
        # Gemini 3 takes both kinds of tools in one request, but only where this is said.
        config["includeServerSideToolInvocations"] = True
    if config:
        body["toolConfig"] = config
    if request.parallel_tool_calls is False:
        wishes.lose("parallel_tool_calls")


def _forbid(wishes: Wishes, choice: ToolChoice, hosted: dict[str, dict[str, Any]]) -> None:
    """Leave out Google's own tools: the setting that forbids calls speaks of functions only."""
    at = choice.at or wishes.request.pointer("tool_choice")
    wishes.session.lose("L162", at, ", ".join(hosted))
    hosted.clear()


def _lose_without_tools(wishes: Wishes) -> None:
    for field in ("tool_choice", "parallel_tool_calls"):
        if getattr(wishes.request, field) is not None:
            wishes.session.lose("L164", wishes.request.pointer(field))


# -- tools


def _known_here(
    wishes: Wishes, names: AcceptedNames
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """The client's functions by name, and Google's own tools by kind."""
    request = wishes.request
    functions: dict[str, dict[str, Any]] = {}
    hosted: dict[str, dict[str, Any]] = {}
    for tool in request.tools or ():
        if isinstance(tool, HostedTool):
            _put_hosted(hosted, wishes, tool)
        else:
            told = _declared(wishes, names, tool)
            functions[told["name"]] = told
    if request.web_search is not None:
        search = request.web_search
        _put_hosted(hosted, wishes, search, search.at or request.pointer("web_search"))
    return functions, hosted


def _declared(wishes: Wishes, names: AcceptedNames, tool: FunctionTool | CustomTool) -> dict[str, Any]:
    session = wishes.session
    told: dict[str, Any] = {"name": names.of(tool.namespace, tool.name, tool.at)}
    lose_extra(tool.extra, tool.at, session)
    if isinstance(tool, CustomTool):
        session.lose("L144", tool.at)
        session.emulated.add(told["name"])
        if (description := description_of(tool)) is not None:
            told["description"] = description
        return told | {"parametersJsonSchema": dict(PARAMETERS)}
    if tool.description is not None:
        told["description"] = tool.description
    if tool.parameters:
        parameters = dict(tool.parameters)
        if "type" not in parameters:
            session.lose("L112", tool.at, "type: object added to the parameters")
            parameters = {"type": "object", **parameters}
        told["parametersJsonSchema"] = parameters
    if tool.strict:
        session.lose("L160", tool.at)
    return told


def _put_hosted(
    hosted: dict[str, dict[str, Any]], wishes: Wishes, tool: HostedTool, at: str | None = None
) -> None:
    at = tool.at if at is None else at
    kind = _HOSTED.get(tool.kind)
    if kind is None:
        wishes.session.lose("L161", at, tool.kind)
        return
    code = "L126" if kind == "googleSearch" else "L124"
    for name, value in tool.value.items():
        if name != "type" and value is not None:
            wishes.session.lose(code, f"{at}/{escape(name)}")
    hosted[kind] = {}


# -- the choice


def _calling(
    wishes: Wishes,
    names: AcceptedNames,
    choice: ToolChoice,
    functions: Mapping[str, Any],
    allowed: list[str] | None,
) -> dict[str, Any] | None:
    at = choice.at or wishes.request.pointer("tool_choice")
    if choice.mode == "hosted":
        wishes.session.lose("L163", at, choice.name or "")
        return None
    if not functions:
        # The setting speaks of functions only.
        if choice.mode in {"named", "required"} or (choice.mode == "allowed" and choice.is_required):
            wishes.session.lose("L163", at)
        return None
    if choice.mode == "named":
        return {"mode": "ANY", "allowedFunctionNames": [names.named(choice.name or "", at)]}
    if choice.mode == "allowed":
        # VALIDATED: calls among these functions only, or words; AUTO takes no names.
        return {"mode": "ANY" if choice.is_required else "VALIDATED", "allowedFunctionNames": allowed}
    return {"mode": _MODES[choice.mode]}


def _allowed(
    wishes: Wishes,
    names: AcceptedNames,
    choice: ToolChoice,
    functions: dict[str, dict[str, Any]],
    hosted: dict[str, dict[str, Any]],
) -> list[str]:
    """The functions that may be called; what may not be used and cannot be excluded by name is taken away."""
    at = choice.at or wishes.request.pointer("tool_choice")
    allowed: list[str] = []
    kinds: set[str] = set()
    for one in choice.names:
        name, space = one.get("name"), one.get("namespace")
        if isinstance(name, str):
            allowed.append(names.of(space, name, at) if isinstance(space, str) else names.named(name, at))
        elif (kind := _HOSTED.get(str(one.get("type")))) is not None:
            kinds.add(kind)
        else:
            wishes.session.lose("L163", at, str(one.get("type")))
    excluded = [kind for kind in hosted if kind not in kinds]
    for kind in excluded:
        del hosted[kind]
    if functions and not allowed:
        functions.clear()
        excluded.append("functions")
    if excluded:
        wishes.session.lose("L162", at, ", ".join(excluded))
    return allowed
