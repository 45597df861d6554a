"""RESP-RSN-001 to 003 and 007: summaries of reasoning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.responses.state import Part, ResponsesStream
from harness.findings import Severity
from harness.rules.responses.conservation import (
    at_end_of_item,
    at_end_of_part,
    begun,
    ended_early,
    is_mixed_up,
    is_phantom,
    item_here,
    noticed,
    said_part,
    summary_here,
    where,
)
from harness.rules.rule import Rule

if TYPE_CHECKING:
    from harness.findings import Finding
    from harness.rules.case import Case

_ADDED, _CLOSED = "response.reasoning_summary_part.added", "response.reasoning_summary_part.done"
_DELTA, _DONE = "response.reasoning_summary_text.delta", "response.reasoning_summary_text.done"
_RAW_DELTA, _RAW_DONE = "response.reasoning_text.delta", "response.reasoning_text.done"
_PART_DONE = "response.content_part.done"
_ITEM_DONE = "response.output_item.done"


class SummaryPartNotAdded(Rule[ResponsesStream]):
    """A summary text has no reasoning_summary_part.added before it.

    ## Why it matters

    openai-node throws `missing content at index 0`, and the AI SDK dies on the missing part (ai#18548).

    ## Violates

    ```example
    stream: responses/reasoning_summary
    drop response.reasoning_summary_part.added
    drop response.reasoning_summary_part.added#1
    ```

    ## Conforms

    ```example
    stream: responses/reasoning_summary
    ```
    """

    id = "RESP-RSN-001"
    severity = Severity.ERROR
    source = "openai-node ResponseAccumulator; ai#18548; all 27 summaries of official streams"
    on = ("summary-not-added", "wrong-item-type")
    exercised_by = (_ADDED, _DELTA, _DONE, _CLOSED)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell what the machine noticed."""
        if noticed(case).kind == "wrong-item-type":
            kind = str(case.body.get("type"))
            if kind not in self.exercised_by or is_phantom(case):
                return None
            return self.finding(
                case, f"{kind} is for {where(case)}, which has no summary.", pointer="/type", subject=kind
            )
        return self.finding(
            case,
            f"{case.body.get('type')} is about summary {case.body.get('summary_index')} of {where(case)}, which was "
            "never added.",
            pointer="/summary_index",
            expected=f"{_ADDED} before it",
        )


class SummaryIndexNotDense(Rule[ResponsesStream]):
    """The parts of a summary are not counted 0, 1, 2, each index naming one part.

    ## Why it matters

    openai-node appends the parts as they come and looks them up by `summary_index`: a gap is an exception, a repeated
    index a lost part.

    ## Violates

    ```example
    stream: responses/reasoning_summary
    event response.reasoning_summary_part.added#1: summary_index = 2
    event 10: summary_index = 2
    event 11: summary_index = 2
    event 12: summary_index = 2
    event response.reasoning_summary_text.done#1: summary_index = 2
    event response.reasoning_summary_part.done#1: summary_index = 2
    ```

    ```example
    stream: responses/reasoning_summary
    event 5: summary_index = 1
    ```

    ## Conforms

    ```example
    stream: responses/reasoning_summary
    ```
    """

    id = "RESP-RSN-002"
    severity = Severity.ERROR
    source = "openai-node ResponseAccumulator; all 27 summaries of official streams"
    on = ("summary-index-gap", "summary-index-changed", "summary-added-twice")
    exercised_by = (_ADDED,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding:
        """Tell what the machine noticed."""
        signal, index = noticed(case), case.body.get("summary_index")
        how = (
            "is added a second time" if signal.kind == "summary-added-twice" else "is not the one that is due"
        )
        return self.finding(
            case,
            f"summary_index {index} of {where(case)} {how} ({signal.expected}).",
            pointer="/summary_index",
            expected=signal.expected,
            found=index,
        )


class SummaryDiffers(Rule[ResponsesStream]):
    """A summary is not the same in its deltas, in text.done, in part.done and in the finished item.

    ## Why it matters

    User interfaces show the deltas, and conversations are carried on with the finished item: the model must be given
    back what the user saw.

    ## Violates

    ```example
    stream: responses/reasoning_summary
    event response.reasoning_summary_text.done: text = "**Splitting**"
    ```

    ```example
    stream: responses/reasoning_summary
    event response.reasoning_summary_part.done#1: part.text = ""
    ```

    ```example
    stream: responses/reasoning_summary
    event response.output_item.done: item.summary.0.text = "Splitting"
    event response.completed: response.output.0.summary.0.text = "Splitting"
    ```

    ```example
    stream: responses/reasoning_summary
    event response.output_item.done: item.summary = []
    event response.completed: response.output.0.summary = []
    ```

    ## Conforms

    ```example
    stream: responses/reasoning_summary
    ```
    """

    id = "RESP-RSN-003"
    severity = Severity.ERROR
    source = "conservation of content; all 27 summaries of official streams"
    on = (_ADDED, _DONE, _CLOSED, _ITEM_DONE, "summary-count", "summary-text-done-twice", "summary-done-twice",
          "summary-delta-after-done")  # fmt: skip
    exercised_by = (_DELTA, _DONE, _CLOSED)
    dialects = ("responses",)

    _TOLD = {  # noqa: RUF012 - never changed
        "summary-text-done-twice": "is ended a second time",
        "summary-done-twice": "is closed a second time",
        "summary-delta-after-done": "goes on after its end",
    }

    def observe(self, case: Case[ResponsesStream]) -> Finding | tuple[Finding, ...] | None:
        """Compare the tellings of the summary."""
        if noticed(case).kind:
            return self._noticed(case)
        if case.body.get("type") == _ITEM_DONE:
            return at_end_of_item(self, case, "summary_text")
        if case.body.get("type") == _ADDED:
            return self._not_empty(case)
        return at_end_of_part(self, case, summary_here(case), ended=_DONE)

    def _noticed(self, case: Case[ResponsesStream]) -> Finding | None:
        signal = noticed(case)
        if signal.kind == "summary-count":
            return self.finding(
                case,
                f"{begun(case)} is done with {signal.found} summary parts; {signal.expected} were streamed.",
                pointer="/item/summary",
                expected=signal.expected,
                found=signal.found,
            )
        part = signal.about
        if is_mixed_up(item_here(case)) or not isinstance(part, Part):
            return None
        if signal.kind.endswith("after-done") and ended_early(part.text):
            return None
        return self.finding(
            case,
            f"Summary {part.index} of {where(case)} {self._TOLD[signal.kind]}.",
            pointer="",
            subject=signal.kind,
        )

    def _not_empty(self, case: Case[ResponsesStream]) -> Finding | None:
        said = said_part(case).get("text")
        if not said:
            return None
        return self.finding(
            case,
            f"A summary of {where(case)} is added with {len(said):,} characters; accumulators append to them.",
            pointer="/part/text",
            expected='""',
            found=said,
        )


class SummaryLeftOpen(Rule[ResponsesStream]):
    """A reasoning item is done while a part of its summary is open.

    ## Why it matters

    Clients that show a summary when its part is done, as the AI SDK does, never show it.

    ## Violates

    ```example
    stream: responses/reasoning_summary
    drop response.reasoning_summary_part.done#1
    ```

    ```example
    stream: responses/reasoning_summary
    drop response.reasoning_summary_text.done
    ```

    ## Conforms

    ```example
    stream: responses/reasoning_summary
    ```
    """

    id = "RESP-RSN-007"
    severity = Severity.ERROR
    source = "all 27 summaries of official streams"
    on = ("summary-left-open", "summary-text-not-done")
    exercised_by = (_ADDED,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell what the machine noticed."""
        signal = noticed(case)
        part = signal.about
        if not isinstance(part, Part):
            return None
        missing = _CLOSED if signal.kind == "summary-left-open" else _DONE
        return self.finding(
            case,
            f"{begun(case)} is done before {missing} of its summary {part.index}.",
            pointer="",
            expected=f"{missing} before it",
            earlier=part.opened,
            subject=signal.kind,
        )
