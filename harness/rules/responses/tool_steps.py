"""RESP-TOOL-001 to 004: the steps of tools that the server runs come in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.responses.state import Item, ResponsesStream
from harness.findings import Severity
from harness.rules.responses.conservation import named, noticed
from harness.rules.responses.item_rule import ItemRule

if TYPE_CHECKING:
    from harness.findings import Finding
    from harness.rules.case import Case
    from harness.rules.rule import Rule

_SIGNALS = ("step-out-of-order", "steps-unfinished", "wrong-item-type")


def _steps(item_type: str, *names: str) -> tuple[str, ...]:
    return tuple(f"response.{item_type}.{name}" for name in names)


def out_of_step(
    rule: Rule[ResponsesStream], case: Case[ResponsesStream], item_types: tuple[str, ...]
) -> Finding | None:
    """What the machine noticed about the steps of items of these types, or about steps that are not the item's."""
    signal = noticed(case)
    item, kind = signal.about, str(case.body.get("type"))
    if not isinstance(item, Item):
        return None
    if signal.kind == "wrong-item-type":
        if not kind.startswith(tuple(f"response.{one}." for one in item_types)):
            return None
        message = f"{kind} is for {named(item)}, which has no such steps."
    elif item.type not in item_types:
        return None
    elif signal.kind == "steps-unfinished":
        message = f"{named(item).capitalize()} is done before {signal.expected}."
    else:
        message = f"{kind} comes where {named(item)} is to have {signal.expected}."
    return rule.finding(
        case,
        message,
        pointer="/type",
        expected=signal.expected,
        found=signal.found,
        subject=f"{item.type} {signal.kind} {kind}",
    )


class SearchSteps(ItemRule):
    """A web or file search does not go from in_progress over searching to completed.

    ## Why it matters

    User interfaces show a search from its steps: one that never completes spins for ever, one that starts twice is
    shown twice.

    ## Violates

    ```example
    stream: responses/web_search
    drop response.web_search_call.completed
    ```

    ```example
    stream: responses/file_search
    move response.file_search_call.searching before response.file_search_call.in_progress
    ```

    ## Conforms

    ```example
    stream: responses/web_search
    ```

    ```example
    stream: responses/file_search
    ```

    ## Exceptions

    A web search without any step is accepted: xAI sends some bare. Azure leaves `completed` out (recorded: the AI
    SDK's azure-web-search-preview), which stays a warning.
    """

    id = "RESP-TOOL-001"
    severity = Severity.WARNING
    source = "23 web and 3 file searches of official streams"
    on = _SIGNALS
    exercised_by = (
        *_steps("web_search_call", "in_progress", "searching", "completed"),
        *_steps("file_search_call", "in_progress", "searching", "completed"),
    )
    items = ("web_search_call", "file_search_call")
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell what the machine noticed about searches."""
        return out_of_step(self, case, ("web_search_call", "file_search_call"))


class CodeSteps(ItemRule):
    """A code interpreter call does not go from in_progress over its code and interpreting to completed.

    ## Why it matters

    Clients open a code box at the first step, fill it with the deltas and run a spinner while it is interpreted: out
    of order, code lands in no box.

    ## Violates

    ```example
    stream: responses/code_interpreter
    move response.code_interpreter_call.interpreting before response.code_interpreter_call_code.done
    ```

    ```example
    stream: responses/code_interpreter
    drop response.code_interpreter_call.in_progress
    ```

    ## Conforms

    ```example
    stream: responses/code_interpreter
    ```

    ## Exceptions

    None; xAI and vLLM order the steps otherwise, which is why this is a warning.
    """

    id = "RESP-TOOL-002"
    severity = Severity.WARNING
    source = "10 calls of official streams"
    on = _SIGNALS
    exercised_by = _steps("code_interpreter_call", "in_progress", "interpreting", "completed")
    items = ("code_interpreter_call",)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell what the machine noticed about code interpreter calls."""
        return out_of_step(self, case, ("code_interpreter_call",))


class ImageSteps(ItemRule):
    """An image does not go from in_progress over generating and its previews to completed.

    ## Why it matters

    Clients replace one preview by the next: where `partial_image_index` does not grow, a rough preview replaces a
    better one.

    ## Violates

    ```example
    stream: responses/image_generation
    drop response.image_generation_call.completed
    ```

    ```example
    stream: responses/image_generation
    event response.image_generation_call.partial_image#1: partial_image_index = 0
    ```

    ## Conforms

    ```example
    stream: responses/image_generation
    ```

    ## Exceptions

    Azure leaves `completed` out (recorded: the AI SDK's azure-image-generation-tool), which stays a warning.
    """

    id = "RESP-TOOL-003"
    severity = Severity.WARNING
    source = "3 recorded streams with images"
    on = (*_SIGNALS, "partial-image-index")
    exercised_by = _steps("image_generation_call", "in_progress", "generating", "partial_image", "completed")
    items = ("image_generation_call",)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell what the machine noticed about images."""
        signal = noticed(case)
        if signal.kind != "partial-image-index":
            return out_of_step(self, case, ("image_generation_call",))
        index = case.body.get("partial_image_index")
        return self.finding(
            case,
            f"partial_image_index is {index}; it should be {signal.expected}.",
            pointer="/partial_image_index",
            expected=signal.expected,
            found=index,
        )


class McpSteps(ItemRule):
    """A listing of MCP tools, or an MCP call, does not go from in_progress to completed or failed.

    ## Why it matters

    Clients show a remote call as running until it is completed or has failed. Gateways that make up these events
    for tools that they run themselves get them wrong first (smg#160).

    ## Violates

    ```example
    stream: responses/mcp
    drop response.mcp_call.completed
    ```

    ```example
    stream: responses/mcp
    drop response.mcp_list_tools.in_progress
    ```

    ## Conforms

    ```example
    stream: responses/mcp
    ```

    A call may report its start twice (recorded once):

    ```example
    stream: responses/mcp
    repeat response.mcp_call.in_progress
    ```
    """

    id = "RESP-TOOL-004"
    severity = Severity.WARNING
    source = "6 listings and 4 calls of official streams; smg#160"
    on = _SIGNALS
    exercised_by = (
        *_steps("mcp_list_tools", "in_progress", "completed", "failed"),
        *_steps("mcp_call", "in_progress", "completed", "failed"),
    )
    items = ("mcp_list_tools", "mcp_call")
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell what the machine noticed about MCP."""
        return out_of_step(self, case, ("mcp_list_tools", "mcp_call"))
