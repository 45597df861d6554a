"""RESP-ITEM: the status of items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.responses.grammar import TERMINALS
from harness.dialects.responses.state import Item, ResponsesStream
from harness.findings import Severity
from harness.rules.responses.conservation import done_here, item_here, named
from harness.rules.responses.item_content import announced_type
from harness.rules.responses.shape import taken, told
from harness.rules.rule import MALFORMED, Rule

if TYPE_CHECKING:
    from harness.findings import Finding
    from harness.rules.case import Case

_ADDED, _DONE = "response.output_item.added", "response.output_item.done"
_OPENING = frozenset({"message", "function_call", "custom_tool_call"})
_FINAL = ("completed", "incomplete", "failed")
_CUT_SHORT = frozenset({"message", "function_call", "custom_tool_call", "reasoning"})


def _open_but_completed(item: Item) -> bool:
    """Whether an item was added as completed and never done."""
    status = (item.added or {}).get("status")
    return item.type in _OPENING and item.closed is None and status == "completed"


def _streamed(item: Item) -> bool:
    """Whether a delta came between the item's beginning and its end."""
    return any(step.endswith(".delta") for step in item.steps)


class AddedStatus(Rule[ResponsesStream]):
    """A message or a call is not `in_progress` when it is added.

    ## Why it matters

    Clients that skip the deltas of a finished item show nothing of it, and strict ones fail without a status
    (OmniRoute#13964).

    ## Violates

    ```example
    stream: responses/text
    event response.output_item.added: item.status = "completed"
    ```

    ```example
    stream: responses/tool
    event response.output_item.added: - item.status
    ```

    ## Conforms

    ```example
    stream: responses/mcp
    ```

    ## Exceptions

    Only messages, function calls and custom tool calls are judged: reasoning, mcp_list_tools, mcp_approval_request and
    compaction have no status, and a shell_call_output is added as completed. An item added as completed that is whole
    is information; OpenAI also does it and then sends deltas (o1-pro, o3-pro, gpt-5-pro, five recorded items), which
    is what this warns of. OpenAI's first custom tool calls had no status (ai, openai-custom-tool-1): that is
    information, too.

    ## How to mend

    Add items as `in_progress` and set the status when they are done.
    """

    id = "RESP-ITEM-010"
    severity = Severity.WARNING
    source = "in_progress in 536 of 541 official messages and calls; OmniRoute#13964"
    on = (_ADDED, _DONE, *TERMINALS, MALFORMED)
    exercised_by = (_ADDED,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | tuple[Finding, ...] | None:
        """Look when it is added; where it is completed then, at its end or that of the response."""
        kind = case.body.get("type")
        if kind in TERMINALS:
            return tuple(
                self._completed_early(case, item) for item in case.stream.order if _open_but_completed(item)
            )
        if kind == _ADDED and (mine := taken(case, ("/item/status",))):
            return told(
                self, case, mine[0], f"A {announced_type(case)} is added with the status {mine[0].found}."
            )
        item = item_here(case)
        if case.problems or item is None or item.type not in _OPENING or item.added is None:
            return None
        status = item.added.get("status")
        if kind == _DONE:
            return (
                self._completed_early(case, item)
                if status == "completed" and item.done is case.body.get("item")
                else None
            )
        if item.added is not case.body.get("item") or status in {"in_progress", "completed"}:
            return None
        milder = Severity.INFO if status is None and item.type == "custom_tool_call" else None
        return self.finding(
            case, f"A {item.type} is added with the status {status or 'missing'}.", pointer="/item/status",
            expected="in_progress", found=status or "(missing)", subject=f"{item.type} added",
            severity=milder,
        )  # fmt: skip

    def _completed_early(self, case: Case[ResponsesStream], item: Item) -> Finding:
        if _streamed(item):
            message, severity = "was added as completed, and deltas followed", None
        else:
            message, severity = "was added as completed, and no delta followed", Severity.INFO
        return self.finding(
            case, f"{named(item)[0].upper()}{named(item)[1:]} {message}.",
            pointer="/item/status" if "item" in case.body else "",
            expected="added as in_progress", found="added as completed", earlier=item.opened, severity=severity,
            subject=f"{item.type} added as completed",
        )  # fmt: skip


class DoneStatus(Rule[ResponsesStream]):
    """An item is done with a status that is not final.

    ## Why it matters

    The AI SDK requires `completed` of a finished custom tool call, and agents run only calls that are completed: an
    item that stays in progress waits for ever.

    ## Violates

    ```example
    stream: responses/text
    event response.output_item.done: item.status = "in_progress"
    event response.completed: response.output.0.status = "in_progress"
    ```

    ## Conforms

    ```example
    stream: responses/incomplete
    ```

    ## Exceptions

    Item types without a status are not judged. A function call of a program (`caller` is a program) is done as
    in_progress at OpenAI (ai, programmatic-tool-calling).

    ## How to mend

    Set `completed`, `incomplete` or `failed` when the item is done.
    """

    id = "RESP-ITEM-011"
    severity = Severity.WARNING
    source = "no exception in 737 official items; vercel/ai schema of custom_tool_call"
    on = (_DONE, MALFORMED)
    exercised_by = (_DONE,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Look at the status."""
        if case.body.get("type") != _DONE:
            return None
        if mine := taken(case, ("/item/status",)):
            return told(
                self, case, mine[0], f"A {announced_type(case)} is done with the status {mine[0].found}."
            )
        done = done_here(case)
        if done is None or case.problems:
            return None
        item, content = done
        status, caller = content.get("status"), content.get("caller")
        by_program = isinstance(caller, dict) and caller.get("type") == "program"
        if status is None or status in _FINAL or by_program:
            return None
        return self.finding(
            case, f"{named(item)[0].upper()}{named(item)[1:]} is done with the status {status}.", pointer="/item/status",
            expected=" or ".join(_FINAL), found=status, subject=f"{item.type} {status}",
        )  # fmt: skip


class IncompleteItem(Rule[ResponsesStream]):
    """An item is incomplete, and another follows it or the response is completed.

    ## Why it matters

    An incomplete item says that the model was cut off there. A client that sees `response.completed` after it runs a
    call whose arguments are half there.

    ## Violates

    ```example
    stream: responses/text
    event response.output_item.done: item.status = "incomplete"
    event response.completed: response.output.0.status = "incomplete"
    ```

    ## Conforms

    ```example
    stream: responses/incomplete
    ```

    ## Exceptions

    Items that carry no status (reasoning, mcp_list_tools, compaction) are not judged: official incomplete streams end
    in a reasoning item without one. Nor are the tools that the server runs, which may fail or stop without an
    end of the response.

    ## How to mend

    Where the upstream was cut off, the last item and the response are both incomplete.
    """

    id = "RESP-ITEM-018"
    severity = Severity.ERROR
    source = "Open Responses, Items are state machines (MUST); no exception in 524 official streams"
    on = TERMINALS
    exercised_by = (_DONE,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Look at the items in order."""
        stream, kind = case.stream, case.body.get("type")
        if stream.terminal is None or stream.terminal[1] is not case.body.get("response"):
            return None
        items = sorted(stream.order, key=lambda item: item.index)
        for place, item in enumerate(items):
            if item.type not in _CUT_SHORT or (item.done or {}).get("status") != "incomplete":
                continue
            if kind == "response.completed":
                message, expected = "the response is completed", "response.incomplete"
            elif place < len(items) - 1:
                message, expected = "another item follows", "the last item"
            else:
                continue
            return self.finding(
                case, f"{named(item)[0].upper()}{named(item)[1:]} is incomplete, and {message}.",
                pointer=f"/response/output/{place}/status", expected=expected, found="incomplete",
                earlier=item.closed, subject=f"{item.type} {message}",
            )  # fmt: skip
        return None
