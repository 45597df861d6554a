"""RESP-REF: a refusal is conserved as a text is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.responses.state import ResponsesStream
from harness.findings import Severity
from harness.rules.responses.conservation import (
    at_end_of_item,
    at_end_of_part,
    ended_early,
    noticed,
    noticed_part,
    part_here,
    where,
)
from harness.rules.rule import Rule

if TYPE_CHECKING:
    from harness.findings import Finding
    from harness.rules.case import Case

_DONE = "response.refusal.done"
_PART_DONE = "response.content_part.done"
_ITEM_DONE = "response.output_item.done"
_SIGNALS = {
    "part-text-not-done": "closes before response.refusal.done",
    "part-text-done-twice": "gets a second response.refusal.done",
    "part-delta-after-done": "goes on after response.refusal.done",
    "part-without-deltas": "came in no delta",
}


class RefusalNotConserved(Rule[ResponsesStream]):
    """A refusal is not the same in its deltas, in refusal.done, in the finished part and in the finished item.

    ## Why it matters

    openai-node assembles refusals from deltas, others take the finished part: an application that decides on the
    refusal must not see two. A refusal that comes as no delta is a warning: it is legal, and invisible to clients
    that stream.

    ## Violates

    ```example
    stream: responses/refusal
    event response.refusal.done: refusal = "No."
    ```

    ```example
    stream: responses/refusal
    event response.content_part.done: part.refusal = "No."
    ```

    ```example
    stream: responses/refusal
    drop response.refusal.done
    ```

    ```example
    stream: responses/refusal
    event response.output_item.done: item.content.0.refusal = ""
    ```

    ## Conforms

    ```example
    stream: responses/refusal
    ```

    ```example
    stream: responses/multi_part
    ```
    """

    id = "RESP-REF-001"
    severity = Severity.ERROR
    source = "openai-node ResponseAccumulator; both official streams that refuse"
    on = (_DONE, _PART_DONE, _ITEM_DONE, *_SIGNALS)
    exercised_by = ("response.refusal.delta", _DONE)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | tuple[Finding, ...] | None:
        """Compare the tellings, one after the other."""
        if case.signal is not None:
            return self._noticed(case)
        if case.body.get("type") == _ITEM_DONE:
            return at_end_of_item(self, case, "refusal", "refusal")
        part = part_here(case)
        if part is None or part.kind != "refusal":
            return None
        return at_end_of_part(self, case, part, ended=_DONE, member="refusal")

    def _noticed(self, case: Case[ResponsesStream]) -> Finding | None:
        signal, part = noticed(case), noticed_part(case, "refusal")
        if part is None or (signal.kind == "part-delta-after-done" and ended_early(part.text)):
            return None
        return self.finding(
            case,
            f"The refusal of part {part.index} of {where(case)} {_SIGNALS[signal.kind]}.",
            pointer="",
            severity=Severity.WARNING if signal.kind == "part-without-deltas" else None,
            subject=signal.kind,
        )
