"""RESP-RSN-004 to 006: raw reasoning, encrypted reasoning, and where reasoning stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.responses.state import ResponsesStream
from harness.findings import Severity
from harness.rules.responses.conservation import (
    at_end_of_item,
    at_end_of_part,
    begun,
    done_here,
    ended_early,
    is_phantom,
    noticed,
    noticed_part,
    part_here,
    where,
)
from harness.rules.responses.item_rule import ItemRule
from harness.rules.rule import WHOLE, Rule

if TYPE_CHECKING:
    from harness.findings import Finding
    from harness.rules.case import Case

_ADDED, _CLOSED = "response.reasoning_summary_part.added", "response.reasoning_summary_part.done"
_DELTA, _DONE = "response.reasoning_summary_text.delta", "response.reasoning_summary_text.done"
_RAW_DELTA, _RAW_DONE = "response.reasoning_text.delta", "response.reasoning_text.done"
_PART_DONE = "response.content_part.done"
_ITEM_DONE = "response.output_item.done"


class RawReasoning(ItemRule):
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
            return self._lost(case) or at_end_of_item(self, case, "reasoning_text")
        part = part_here(case)
        if part is None or part.kind != "reasoning_text":
            return None
        return at_end_of_part(self, case, part, ended=_RAW_DONE)

    def _lost(self, case: Case[ResponsesStream]) -> Finding | None:
        done = done_here(case)
        if done is None or "content" in done[1]:
            return None
        if not any(part.kind == "reasoning_text" and part.text.deltas for part in done[0].parts.values()):
            return None
        return self.finding(
            case,
            f"{begun(case)} is done without content; raw reasoning was streamed.",
            pointer="/item",
            expected="content",
            found="(missing)",
            subject="lost",
        )


class EncryptedReasoningMissing(ItemRule):
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
    exercised_by = (WHOLE,)
    items = ("reasoning",)
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
                f"Item {index} is reasoning without encrypted_content, which the request asks for.",
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
    items = ("reasoning",)
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
