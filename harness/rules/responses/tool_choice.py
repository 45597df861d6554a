"""RESP-TOOL: whether the calls are those that the request allows and demands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.responses.state import ResponsesStream
from harness.findings import Severity
from harness.rules.rule import WHOLE, Rule

if TYPE_CHECKING:
    from harness.dialects.asked import Asked
    from harness.dialects.responses.state import Item
    from harness.findings import Finding
    from harness.rules.case import Case

_NAMED_BY_THE_CLIENT = ("function_call", "custom_tool_call")
_ENDS = ("response.completed", WHOLE)


class ToolChoiceIgnored(Rule[ResponsesStream]):
    """The calls do not keep to the tool_choice or the parallel_tool_calls of the request.

    ## Why it matters

    A client that asks for `none` has no loop for calls, and one that forces a tool reads its result from the arguments.
    Gateways that translate lose `tool_choice` more easily than anything else of a request.

    ## Violates

    ```example
    request: {"model":"gpt-5.2","stream":true,"input":"How warm is it?","tool_choice":"none"}
    stream: responses/tool
    ```

    ```example
    request: {"model":"gpt-5.2","stream":true,"input":"Hello!","tool_choice":"required"}
    stream: responses/text
    ```

    ## Conforms

    ```example
    stream: responses/tool
    ```

    ```example
    stream: responses/text
    ```

    ## Exceptions

    An answer that is incomplete, failed or a refusal need not have come to its call. This rule is not in the catalogue
    that the others were taken from: it is there for the sentences on tool_choice and allowed_tools of Open Responses.
    """

    id = "RESP-TOOL-010"
    severity = Severity.WARNING
    source = "Open Responses, tool_choice and allowed_tools (MUST); OpenAI API reference, parallel_tool_calls"
    on = _ENDS
    needs = ("request",)
    dialects = ("responses",)
    streamed = None

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Count the calls, and look at their names."""
        asked, calls = case.asked, [item for item in case.stream.order if item.type.endswith("_call")]
        named = [item for item in calls if item.type in _NAMED_BY_THE_CLIENT]
        if asked is None:
            return None
        said: tuple[str, str] | None = None
        if asked.tool_choice == "none" and calls:
            said = ("tool_choice none", "no call")
        elif asked.tool_choice in {"required", "named"} and not calls and not _refused(case.stream):
            said = (f"tool_choice {asked.tool_choice}", "a call")
        elif asked.parallel_tool_calls is False and len(named) > 1:
            said = ("parallel_tool_calls false", "at most one call")
        elif strangers := _strangers(asked, named):
            said = ("a list of allowed tools", f"calls of {', '.join(asked.allowed_tools or ())}")
            named = strangers
        if said is None:
            return None
        found = ", ".join(_name(item) or item.type for item in named or calls) or "no call"
        message = f"The request says {said[0]}, and the answer has {found}."
        return self.finding(case, message, expected=said[1], found=found, subject=said[0])

    def exercised(self, case: Case[ResponsesStream], seen: frozenset[str] | set[str]) -> bool:
        """Only a request that says something about calls can be kept or not."""
        asked = case.asked
        says = asked is not None and (
            asked.tool_choice not in {None, "auto"} or asked.parallel_tool_calls is False
        )
        return says and super().exercised(case, seen)


class UndeclaredTool(Rule[ResponsesStream]):
    """A call names a tool that the request did not declare.

    ## Why it matters

    The client has nothing to run: agents raise a KeyError, or send back an error that the model does not understand. A
    name that is mangled on the way (a prefix, another case, a dot for an underscore) shows a gateway's rewriting.

    ## Violates

    ```example
    stream: responses/tool
    event response.output_item.added: item.name = "weather_get"
    event response.output_item.done: item.name = "weather_get"
    event response.completed: response.output.0.name = "weather_get"
    ```

    ## Conforms

    ```example
    stream: responses/tool
    ```

    ## Exceptions

    Nothing is said where the request continues an earlier response, declares tools by reference (`namespace`,
    `tool_search`, an MCP server), or names none: what it may call is then known elsewhere. This rule is CHAT-TOOL-011
    for this dialect.
    """

    id = "RESP-TOOL-011"
    severity = Severity.WARNING
    source = "OpenAI API reference, tools; CHAT-TOOL-011"
    on = _ENDS
    needs = ("request",)
    dialects = ("responses",)
    streamed = None

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Look every name up."""
        asked = case.asked
        if asked is None or not _knows_all_tools(asked):
            return None
        for item in case.stream.order:
            name = _name(item)
            if item.type in _NAMED_BY_THE_CLIENT and name and name not in asked.tools:
                return self.finding(
                    case,
                    f"Item {item.index} calls {name}, which the request does not declare.",
                    expected=" or ".join(asked.tools),
                    found=name,
                    earlier=item.opened,
                    subject=item.type,
                )
        return None

    def exercised(self, case: Case[ResponsesStream], seen: frozenset[str] | set[str]) -> bool:
        """It takes a call, and a request that names its tools."""
        called = any(item.type in _NAMED_BY_THE_CLIENT for item in case.stream.order)
        return (
            called
            and case.asked is not None
            and _knows_all_tools(case.asked)
            and super().exercised(case, seen)
        )


def _knows_all_tools(asked: Asked) -> bool:
    declared = asked.body.get("tools")
    kinds = (
        {tool.get("type") for tool in declared if isinstance(tool, dict)}
        if isinstance(declared, list)
        else set()
    )
    return bool(asked.tools) and asked.previous_response_id is None and kinds <= {"function", "custom"}


def _strangers(asked: Asked, named: list[Item]) -> list[Item]:
    allowed = asked.allowed_tools
    return [] if allowed is None else [item for item in named if _name(item) not in allowed]


def _name(item: Item) -> str:
    body = item.done or item.added or {}
    name = body.get("name")
    return name if isinstance(name, str) else ""


def _refused(stream: ResponsesStream) -> bool:
    return any(part.kind == "refusal" for item in stream.order for part in item.parts.values())
