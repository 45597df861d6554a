"""RESP-CTC: the input of custom tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.findings import Severity
from harness.rules.responses.conservation import at_end_of_own_text, begun, ended_early, noticed, noticed_item
from harness.rules.responses.item_rule import ItemRule

if TYPE_CHECKING:
    from harness.dialects.responses.state import ResponsesStream
    from harness.findings import Finding
    from harness.rules.case import Case

_DELTA, _DONE = "response.custom_tool_call_input.delta", "response.custom_tool_call_input.done"
_ITEM_DONE = "response.output_item.done"
_SIGNALS = {
    "input-done-twice": "gets a second response.custom_tool_call_input.done",
    "input-delta-after-done": "gets a delta after its input was done",
    "input-not-done": "is done before response.custom_tool_call_input.done",
    "input-silent": "is done with an input that no event carried",
    "input-without-deltas": "has an input that came in no delta",
}
_MILD = frozenset({"input-not-done", "input-silent", "input-without-deltas"})


class InputDiffers(ItemRule):
    """The input of a custom tool is not the same in its deltas, in input.done and in the finished item.

    ## Why it matters

    The input is free text (a patch, a query, a program) that the client runs as it is: there is no syntax that would
    show a lost delta. codex reads the finished item, openai-node assembles the deltas.

    ## Violates

    ```example
    stream: responses/custom_tool
    event response.custom_tool_call_input.done: input = "SELECT count(*) FROM orders"
    ```

    ```example
    stream: responses/custom_tool
    event response.output_item.done: item.input = ""
    ```

    An input that is never ended is a warning: nothing is lost to those who read the finished item.

    ```example
    stream: responses/custom_tool
    drop response.custom_tool_call_input.done
    ```

    So is an input that is announced in full and comes again in deltas, which accumulators append to it:

    ```example
    stream: responses/custom_tool
    event response.output_item.added: item.input = "SELECT"
    ```

    ## Conforms

    ```example
    stream: responses/custom_tool
    ```
    """

    id = "RESP-CTC-001"
    severity = Severity.ERROR
    source = "conservation of content; openai-node ResponseAccumulator"
    on = (_DONE, _ITEM_DONE, *_SIGNALS)
    exercised_by = (_DELTA, _DONE)
    items = ("custom_tool_call",)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Compare the tellings of the input."""
        if case.signal is not None:
            return self._noticed(case)
        return at_end_of_own_text(self, case, "custom_tool_call", "input")

    def _noticed(self, case: Case[ResponsesStream]) -> Finding | None:
        item, kind = noticed_item(case, "custom_tool_call"), noticed(case).kind
        if item is None or (kind == "input-not-done" and "wrong-item-type" in item.told):
            return None  # RESP-FC-005 has told that it came as something else
        if kind == "input-delta-after-done" and ended_early(item.texts["input"]):
            return None
        return self.finding(
            case,
            f"{begun(case)} {_SIGNALS[kind]}.",
            pointer="",
            severity=Severity.WARNING if kind in _MILD else None,
            subject=kind,
        )
