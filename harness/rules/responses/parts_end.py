"""RESP-PART-005 to 008: what content parts are filled with, and how they end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.responses.state import Part, ResponsesStream
from harness.findings import Severity
from harness.rules.responses.conservation import (
    begun,
    done_here,
    elements,
    item_here,
    noticed,
    where,
)
from harness.rules.responses.parts import PART_EVENTS, TEXT_EVENTS, is_misfit
from harness.rules.rule import Rule

if TYPE_CHECKING:
    from harness.findings import Finding
    from harness.rules.case import Case


class PartDoneOnce(Rule[ResponsesStream]):
    """A content part is closed twice, or as another type than it was opened.

    ## Why it matters

    The closing event hands a client the finished part. Clients that render on it show a part twice, and clients that
    dispatch on its type file the text as something else.

    ## Violates

    ```example
    stream: responses/text
    repeat response.content_part.done
    ```

    ```example
    stream: responses/refusal
    event response.content_part.done: part = {"type":"output_text","text":"I can't help with that.","annotations":[]}
    ```

    ## Conforms

    ```example
    stream: responses/multi_part
    ```

    ## Exceptions

    A part that is never closed is RESP-PART-006.
    """

    id = "RESP-PART-005"
    severity = Severity.ERROR
    source = "every official stream; gemini-web2api#57"
    on = ("part-done-twice", "part-kind-changed")
    exercised_by = ("response.content_part.done",)
    supersedes = ("RESP-TEXT-002", "RESP-REF-001")
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell what the machine noticed, where it is about the closing event."""
        signal = noticed(case)
        if case.body.get("type") != "response.content_part.done" or is_misfit(case):
            return None
        index = case.body.get("content_index")
        if signal.kind == "part-done-twice":
            return self.finding(case, f"Part {index} of {where(case)} is done a second time.", pointer="")
        return self.finding(
            case,
            f"Part {index} of {where(case)} opened as {signal.expected} and closes as {signal.found}.",
            pointer="/part/type",
            expected=signal.expected,
            found=signal.found,
        )


class PartLeftOpen(Rule[ResponsesStream]):
    """An item is done while one of its content parts is open.

    ## Why it matters

    Clients that take the finished part from `response.content_part.done` never get it, and user interfaces keep their
    cursor blinking. The order part, then item is kept in every official stream.

    ## Violates

    ```example
    stream: responses/text
    drop response.content_part.done
    ```

    ## Conforms

    ```example
    stream: responses/text
    ```

    What is open when a response fails may stay open:

    ```example
    stream: responses/failed
    ```

    ## How to mend

    Close what is open from the inside out: the text, its part, its item.
    """

    id = "RESP-PART-006"
    severity = Severity.ERROR
    source = "every official stream"
    on = ("part-left-open",)
    exercised_by = ("response.output_item.done",)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell, unless the part was never announced, which has been told."""
        signal = noticed(case)
        part = signal.about
        if not isinstance(part, Part) or part.added is None:
            return None
        return self.finding(
            case,
            f"{begun(case)} is done before response.content_part.done of its part {part.index}.",
            pointer=f"/item/content/{part.index}",
            expected="response.content_part.done before it",
            earlier=part.opened,
        )


class DeltaOfAnotherKind(Rule[ResponsesStream]):
    """A delta is of another kind than the part that it is for.

    ## Why it matters

    openai-node throws `expected content to be 'output_text'`, openai-python fails an assertion; other clients append
    a refusal to the answer's text.

    ## Violates

    ```example
    stream: responses/text
    insert after 7: {"type":"response.refusal.delta","item_id":"msg_963e605f62e8f89654ee4f7c6254d41c33fd49251c465d82","output_index":0,"content_index":0,"delta":"no"}
    ```

    ## Conforms

    ```example
    stream: responses/multi_part
    ```
    """

    id = "RESP-PART-007"
    severity = Severity.ERROR
    source = "openai-node ResponseAccumulator; openai-python lib/streaming/responses"
    on = ("part-kind-changed",)
    exercised_by = TEXT_EVENTS
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell what the machine noticed, where it is not about the closing event."""
        signal = noticed(case)
        kind = case.body.get("type")
        if kind in PART_EVENTS or is_misfit(case):
            return None
        return self.finding(
            case,
            f"{kind} is for part {case.body.get('content_index')} of {where(case)}, which is {signal.expected}.",
            pointer="/type",
            expected=signal.expected,
            found=signal.found,
            subject=str(kind),
        )


class PartCount(Rule[ResponsesStream]):
    """A finished item has another number of content parts than were streamed.

    ## Why it matters

    Clients that show deltas and clients that read the finished item see different answers: a part that was never
    streamed is invisible to the first, one that was dropped to the second.

    ## Violates

    ```example
    stream: responses/text
    event response.output_item.done: item.content = []
    event response.completed: response.output.0.content = []
    ```

    ## Conforms

    ```example
    stream: responses/multi_part
    ```
    """

    id = "RESP-PART-008"
    severity = Severity.ERROR
    source = "every official stream"
    on = ("part-count",)
    exercised_by = ("response.output_item.done",)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Count on both sides."""
        item = item_here(case)
        found = done_here(case)
        if item is None or found is None:
            return None
        if any(part.added is None for part in item.parts.values()):
            return None  # RESP-PART-001 has told that parts were not announced
        count = len(elements(found[1], "content"))
        return self.finding(
            case,
            f"{begun(case)} is done with {count} content parts; {len(item.parts)} were streamed.",
            pointer="/item/content",
            expected=len(item.parts),
            found=count,
        )
