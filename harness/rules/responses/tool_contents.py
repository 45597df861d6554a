"""RESP-TOOL-007 to 009: patches, code and the arguments of MCP calls are conserved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.responses.state import Item, ResponsesStream
from harness.findings import Severity
from harness.rules.responses.conservation import (
    at_end_of_own_text,
    ended_early,
    for_another_item,
    named,
    noticed,
)
from harness.rules.rule import Rule

if TYPE_CHECKING:
    from harness.findings import Finding
    from harness.rules.case import Case

_ITEM_DONE = "response.output_item.done"
_DIFF = "response.apply_patch_call_operation_diff"
_CODE = "response.code_interpreter_call_code"
_ARGUMENTS = "response.mcp_call_arguments"


def _own(member: str) -> dict[str, str]:
    """What the machine may notice about a text of the item itself, in words."""
    return {
        f"{member}-not-done": f"is done before the event that says what its {member} amounts to",
        f"{member}-silent": f"is done with {member} that no event carried",
        f"{member}-done-twice": f"has its {member} done a second time",
        f"{member}-delta-after-done": f"gets a delta after its {member} was done",
        f"{member}-without-deltas": f"has its {member} done, which came in no delta",
    }


_MILD = ("-silent", "-without-deltas", "-not-done")
"""What loses nothing to a client that reads the finished item."""


def _own_text_noticed(
    rule: Rule[ResponsesStream],
    case: Case[ResponsesStream],
    item_type: str,
    told: dict[str, str],
    events: str,
) -> Finding | None:
    """What the machine noticed about a text of items of a type, or about such events for other items."""
    signal = noticed(case)
    item, kind = signal.about, str(case.body.get("type"))
    if not isinstance(item, Item):
        return None
    if signal.kind == "wrong-item-type":
        return for_another_item(rule, case, events)
    if (
        item.is_phantom
        or item.type != item_type
        or (signal.kind.endswith("-not-done") and "step-out-of-order" in item.told)
    ):
        return None  # the step that should have waited for it has been told
    if signal.kind.endswith("after-done") and ended_early(item.texts[signal.kind.partition("-")[0]]):
        return None
    message = f"{named(item).capitalize()} {told[signal.kind]}."
    is_mild = signal.kind.endswith(_MILD)
    return rule.finding(
        case,
        message,
        pointer="",
        severity=Severity.WARNING if is_mild else None,
        subject=f"{kind} {signal.kind}",
    )


class DiffDiffers(Rule[ResponsesStream]):
    r"""A patch is not the same in its deltas, in its end and in the finished item.

    ## Why it matters

    The client applies the patch to its files; a line that was lost on the way is lost in the file. A warning because
    the events are in no SDK's types yet.

    ## Violates

    ```example
    stream: responses/apply_patch
    event response.apply_patch_call_operation_diff.done: diff = "+# Packing\n"
    ```

    ```example
    stream: responses/apply_patch
    event response.output_item.done: item.operation.diff = ""
    event response.completed: response.output.0.operation.diff = ""
    ```

    ## Conforms

    ```example
    stream: responses/apply_patch
    ```
    """

    id = "RESP-TOOL-007"
    severity = Severity.WARNING
    source = "1 recorded stream with a patch; the AI SDK's event types"
    on = (f"{_DIFF}.done", _ITEM_DONE, *_own("diff"), "wrong-item-type")
    exercised_by = (f"{_DIFF}.delta", f"{_DIFF}.done")
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell what the machine noticed, or compare the tellings of the patch."""
        if noticed(case).kind:
            return _own_text_noticed(self, case, "apply_patch_call", _own("diff"), _DIFF)
        return at_end_of_own_text(self, case, "apply_patch_call", "diff", path="operation")


class CodeDiffers(Rule[ResponsesStream]):
    """Code is not the same in its deltas, in code.done and in the finished item.

    ## Why it matters

    The server ran the code that is in the item; the user saw the deltas. They must be one program.

    ## Violates

    ```example
    stream: responses/code_interpreter
    event response.code_interpreter_call_code.done: code = "sum(range(11))"
    ```

    ```example
    stream: responses/code_interpreter
    event response.output_item.done: item.code = "pass"
    event response.completed: response.output.0.code = "pass"
    ```

    ## Conforms

    ```example
    stream: responses/code_interpreter
    ```
    ## Exceptions

    Code that is never ended leaves the next step out of order: RESP-TOOL-002.
    """

    id = "RESP-TOOL-008"
    severity = Severity.ERROR
    source = "conservation of content; 10 calls of official streams"
    on = (f"{_CODE}.done", _ITEM_DONE, *_own("code"), "wrong-item-type")
    exercised_by = (f"{_CODE}.delta", f"{_CODE}.done")
    supersedes = ("RESP-TOOL-002",)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell what the machine noticed, or compare the tellings of the code."""
        if noticed(case).kind:
            return _own_text_noticed(self, case, "code_interpreter_call", _own("code"), _CODE)
        return at_end_of_own_text(self, case, "code_interpreter_call", "code")


class McpArgumentsDiffer(Rule[ResponsesStream]):
    """The arguments of an MCP call are not the same in their deltas, in arguments.done and in the finished item.

    ## Why it matters

    The call has been made with the arguments in the item. Who approves or audits calls reads the stream.

    ## Violates

    ```example
    stream: responses/mcp
    event response.mcp_call_arguments.done: arguments = "{}"
    ```

    ```example
    stream: responses/mcp
    event response.output_item.done#1: item.arguments = "{}"
    event response.completed: response.output.1.arguments = "{}"
    ```

    Arguments that come in no delta are a warning:

    ```example
    stream: responses/mcp
    drop response.mcp_call_arguments.delta
    ```

    ## Conforms

    ```example
    stream: responses/mcp
    ```
    """

    id = "RESP-TOOL-009"
    severity = Severity.ERROR
    source = "conservation of content; 4 calls of official streams"
    on = (f"{_ARGUMENTS}.done", _ITEM_DONE, *_own("arguments"))
    exercised_by = (f"{_ARGUMENTS}.delta", f"{_ARGUMENTS}.done")
    supersedes = ("RESP-TOOL-004",)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell what the machine noticed, or compare the tellings of the arguments."""
        if noticed(case).kind:
            return _own_text_noticed(self, case, "mcp_call", _own("arguments"), _ARGUMENTS)
        return at_end_of_own_text(self, case, "mcp_call", "arguments")
