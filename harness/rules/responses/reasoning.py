"""RESP-RSN: reasoning, its summary, its raw text and its encrypted form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.responses.state import Part, ResponsesStream
from harness.findings import Severity
from harness.rules.responses.conservation import (
    at_end_of_item,
    at_end_of_part,
    begun,
    done_here,
    ended_early,
    is_mixed_up,
    is_phantom,
    item_here,
    noticed,
    noticed_part,
    part_here,
    said_part,
    summary_here,
    where,
)
from harness.rules.rule import WHOLE, Rule

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


class RawReasoning(Rule[ResponsesStream]):
    """Raw reasoning is outside a reasoning_text part, or is not conserved.

    ## Why it matters

    openai-node looks the part up and throws `missing content`; pi shows nothing where only the finished text comes
    (pi#4193). vLLM announces the part by an event of its own, `response.reasoning_part.added`.

    ## Violates

    ```example
    stream: responses/reasoning_text
    drop response.content_part.added
    drop response.content_part.done
    ```

    ```example
    stream: responses/reasoning_text
    event response.reasoning_text.done: text = "7 times 13."
    ```

    ```example
    stream: responses/reasoning_text
    drop response.reasoning_text.done
    ```

    ## Conforms

    ```example
    stream: responses/reasoning_text
    ```

    ## How to mend

    Send `response.content_part.added` with `{"type":"reasoning_text","text":""}` on the reasoning item, then the
    deltas, `response.reasoning_text.done` and `response.content_part.done`.
    """

    id = "RESP-RSN-004"
    severity = Severity.WARNING
    source = "openai-node ResponseAccumulator; DeepSeek, LM Studio and OpenRouter as recorded; pi#4193"
    on = ("part-not-added", "part-text-not-done", "part-text-done-twice", "part-delta-after-done",
          "part-without-deltas", _RAW_DONE, _PART_DONE, _ITEM_DONE)  # fmt: skip
    exercised_by = (_RAW_DELTA, _RAW_DONE)
    dialects = ("responses",)

    _TOLD = {  # noqa: RUF012 - never changed
        "part-not-added": "comes without response.content_part.added",
        "part-text-not-done": "closes before response.reasoning_text.done",
        "part-text-done-twice": "is ended a second time",
        "part-delta-after-done": "goes on after its end",
        "part-without-deltas": "came in no delta",
    }

    def observe(self, case: Case[ResponsesStream]) -> Finding | tuple[Finding, ...] | None:
        """Tell what the machine noticed, or compare the tellings."""
        kind = noticed(case).kind
        if kind:
            part = noticed_part(case, "reasoning_text")
            if (
                part is None
                or is_phantom(case)
                or (kind == "part-delta-after-done" and ended_early(part.text))
            ):
                return None
            return self.finding(
                case, f"The raw reasoning of {where(case)} {self._TOLD[kind]}.", pointer="", subject=kind
            )
        if case.body.get("type") == _ITEM_DONE:
            return at_end_of_item(self, case, "reasoning_text")
        part = part_here(case)
        if part is None or part.kind != "reasoning_text":
            return None
        return at_end_of_part(self, case, part, ended=_RAW_DONE)


class EncryptedReasoningMissing(Rule[ResponsesStream]):
    """Encrypted reasoning was asked for, and a reasoning item has none.

    ## Why it matters

    A client that stores nothing with the provider hands `encrypted_content` back in its next request; without it, the
    model has forgotten why it called a tool.

    ## Violates

    ```example
    stream: responses/encrypted_reasoning
    event response.output_item.done: - item.encrypted_content
    event response.completed: - response.output.0.encrypted_content
    ```

    ## Conforms

    It need not be the same in the finished item and in the final output: OpenAI encrypts anew (23 official streams).

    ```example
    stream: responses/encrypted_reasoning
    ```
    """

    id = "RESP-RSN-005"
    severity = Severity.INFO
    source = "API reference, include: reasoning.encrypted_content; 22 official streams"
    on = (_ITEM_DONE, WHOLE)
    exercised_by = ("item:reasoning", WHOLE)
    needs = ("request",)
    dialects = ("responses",)
    streamed = None

    def observe(self, case: Case[ResponsesStream]) -> tuple[Finding, ...]:
        """Look at finished reasoning items."""
        asked = case.asked
        if asked is None or "reasoning.encrypted_content" not in asked.include:
            return ()
        if case.streamed:
            done = done_here(case)
            items = [(done[0].index, done[1], "/item")] if done is not None else []
        else:
            items = [(one.index, one.done, f"/output/{one.index}") for one in case.stream.order if one.done]
        return tuple(
            self.finding(
                case,
                f"item {index} is reasoning without encrypted_content, which the request asks for.",
                pointer=pointer,
                expected="encrypted_content",
                found="(missing)",
            )
            for index, body, pointer in items
            if body.get("type") == "reasoning" and not body.get("encrypted_content")
        )


class ReasoningAfterMessage(Rule[ResponsesStream]):
    """The last item is reasoning that follows the message it belongs to.

    ## Why it matters

    OpenAI rejects a conversation in which reasoning is not followed by what it led to, so such an output cannot be
    handed back as input.

    ## Violates

    ```example
    stream: responses/text
    insert after response.output_item.done: {"type":"response.output_item.added","output_index":1,"item":{"id":"rs_5a1","type":"reasoning","summary":[]}}
    insert after response.output_item.done: {"type":"response.output_item.done","output_index":1,"item":{"id":"rs_5a1","type":"reasoning","summary":[]}}
    event response.completed: response.output.1 = {"id":"rs_5a1","type":"reasoning","summary":[]}
    ```

    ## Conforms

    ```example
    stream: responses/two_messages
    ```

    ## Exceptions

    An incomplete response may end in reasoning: it had not come to an answer yet (6 official streams).
    """

    id = "RESP-RSN-006"
    severity = Severity.INFO
    source = "practice of all official streams"
    on = ("response.completed",)
    exercised_by = ("item:reasoning",)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Look at the last two items."""
        items = sorted(case.stream.order, key=lambda item: item.index)
        if len(items) < 2 or items[-1].type != "reasoning" or items[-2].type != "message":
            return None
        return self.finding(
            case,
            f"Item {items[-1].index} is reasoning, and follows the message that it belongs to.",
            pointer="/response/output",
            expected="reasoning before its message",
            earlier=items[-1].opened,
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
