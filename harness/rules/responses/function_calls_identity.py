"""RESP-FC-005 to 007: which call an event is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.responses.state import Item, ResponsesStream
from harness.findings import Severity
from harness.rules.responses.conservation import (
    begun,
    item_here,
    lacking,
    noticed,
    where,
)
from harness.rules.responses.item_rule import ItemRule
from harness.rules.rule import MALFORMED, Rule

if TYPE_CHECKING:
    from harness.findings import Finding
    from harness.rules.case import Case

_DELTA, _DONE = "response.function_call_arguments.delta", "response.function_call_arguments.done"
_ITEM_DONE = "response.output_item.done"


class ArgumentsOfAnotherItem(Rule[ResponsesStream]):
    """An event of arguments or input is for an item that has none.

    ## Why it matters

    openai-python asserts that arguments belong to a function call. A custom tool's input sent as arguments (or the
    reverse) reaches no client (AIClient2API#471).

    ## Violates

    ```example
    stream: responses/custom_tool
    event response.custom_tool_call_input.done: type = "response.function_call_arguments.done"
    event response.custom_tool_call_input.done: - input
    event response.custom_tool_call_input.done: arguments = "SELECT count(*) FROM orders WHERE day = 'today'"
    event response.custom_tool_call_input.done: name = "run_sql"
    ```

    ## Conforms

    ```example
    stream: responses/custom_tool
    ```
    """

    id = "RESP-FC-005"
    severity = Severity.ERROR
    source = "openai-python lib/streaming/responses; AIClient2API#471"
    on = ("wrong-item-type",)
    exercised_by = (_DELTA, _DONE, "response.custom_tool_call_input.delta", "response.custom_tool_call_input.done",
                    "response.mcp_call_arguments.delta", "response.mcp_call_arguments.done")  # fmt: skip
    supersedes = ("RESP-CTC-001",)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell what the machine noticed, where the event is of arguments or input."""
        kind = str(case.body.get("type"))
        item = noticed(case).about
        if kind not in self.exercised_by or not isinstance(item, Item):
            return None
        return self.finding(
            case,
            f"{kind} is for {where(case)}, and such items have none.",
            pointer="/type",
            expected=noticed(case).expected,
            found=item.type,
            earlier=item.opened,
            subject=f"{kind} {item.type}",
        )


class NameChanged(ItemRule):
    """A call is done under another name than it was announced.

    ## Why it matters

    Clients show and gate a call by the name it opens with, and run it by the name it closes with.

    ## Violates

    ```example
    stream: responses/tool
    event response.output_item.done: item.name = "get_rain"
    event response.completed: response.output.0.name = "get_rain"
    ```

    ## Conforms

    ```example
    stream: responses/tool
    ```

    ## Exceptions

    `call_id` is judged by RESP-ITEM-009, for all kinds of calls.
    """

    id = "RESP-FC-006"
    severity = Severity.ERROR
    source = "all 136 calls of official streams"
    on = (_ITEM_DONE, _DONE)
    exercised_by = (_DONE,)
    items = ("function_call", "custom_tool_call", "mcp_call")
    supersedes = ("RESP-TOOL-011",)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Compare with the announced name."""
        item = item_here(case)
        if item is None or item.added is None or item.type not in self.items:
            return None
        name = item.added.get("name")
        if case.body.get("type") == _DONE:
            said, pointer = case.body.get("name"), "/name"
        elif item.done is case.body.get("item") and item.done is not None:
            said, pointer = item.done.get("name"), "/item/name"
        else:
            return None
        if not name or not isinstance(said, str) or said == name:
            return None
        return self.finding(
            case,
            f"{begun(case)} was announced as a call of {name}; now it is one of {said}.",
            pointer=pointer,
            expected=name,
            found=said,
            earlier=item.opened,
            subject="name",
        )


class ParallelArgumentsWithoutItem(Rule[ResponsesStream]):
    """Where there are several calls, an event of arguments does not say which one it is for.

    ## Why it matters

    The arguments of parallel calls are mixed into one, which is JSON of neither (oh-my-pi#1880, oh-my-pi#1971).

    ## Violates

    ```example
    stream: responses/parallel
    event response.function_call_arguments.done#1: - item_id
    ```

    ```example
    stream: responses/parallel
    event response.function_call_arguments.done#1: - item_id
    event response.function_call_arguments.done#1: - output_index
    ```

    ## Conforms

    ```example
    stream: responses/parallel
    ```

    ## Exceptions

    With one call the same is RESP-ITEM-002 or RESP-ENV-004; so is a missing `output_index` where `item_id` names a call.
    """

    id = "RESP-FC-007"
    severity = Severity.ERROR
    source = "SDK types (required); oh-my-pi#1880, oh-my-pi#1971"
    on = (MALFORMED,)
    exercised_by = (_DELTA, _DONE)
    supersedes = ("RESP-ITEM-001",)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> tuple[Finding, ...]:
        """Take the members that are missing, where there is more than one call."""
        kind = case.body.get("type")
        if kind not in {_DELTA, _DONE}:
            return ()
        if sum(item.type == "function_call" for item in case.stream.order) < 2:
            return ()
        mine = [one for one in case.problems if one.field in {"item_id", "output_index"}]
        missing = {one.field for one in mine}
        if missing == {"output_index"} and _names_a_call(case):
            return ()
        others = "only its output_index tells" if missing == {"item_id"} else "nothing tells"
        for one in mine:
            case.problems.remove(one)
        return tuple(
            self.finding(
                case,
                f"{kind} has {lacking(one)}, and of several calls {others} which it is for.",
                pointer=one.pointer,
                expected=one.expected,
                found=one.found,
                subject=f"{kind} {one.field}",
            )
            for one in mine
        )


def _names_a_call(case: Case[ResponsesStream]) -> bool:
    """Whether the event's `item_id` is that of a call which was announced."""
    name = case.body.get("item_id")
    item = case.stream.by_id.get(name) if isinstance(name, str) and name else None
    return item is not None and item.type == "function_call"
