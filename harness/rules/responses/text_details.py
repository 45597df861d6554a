"""RESP-TEXT-006 to 008: what comes with a text, its log probabilities and annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.responses.state import ResponsesStream
from harness.findings import Severity
from harness.jsonvalue import first_difference
from harness.rules.responses.conservation import (
    elements,
    is_mixed_up,
    item_here,
    part_here,
    said_part,
    where,
)
from harness.rules.rule import MALFORMED, Rule

if TYPE_CHECKING:
    from harness.findings import Finding
    from harness.jsonvalue import JsonValue
    from harness.rules.case import Case

_DELTA, _DONE = "response.output_text.delta", "response.output_text.done"
_ADDED = "response.output_text.annotation.added"
_PART_DONE = "response.content_part.done"

SINCE = 1748736000
"""2025-06-01: before it, official streams have no `logprobs`."""


class LogprobsMissing(Rule[ResponsesStream]):
    """A text event has no logprobs.

    ## Why it matters

    The SDKs' types require the list, empty where none were asked for: strictly typed clients (Go, Rust, Java, the
    agents SDK, openai-agents#1226 and openai-agents#1227) fail on its absence.

    ## Violates

    ```example
    stream: responses/text
    event response.output_text.done: - logprobs
    ```

    ```example
    stream: responses/text
    event 4: logprobs = null
    ```

    ## Conforms

    ```example
    stream: responses/logprobs
    ```

    ## Exceptions

    Responses created before June 2025 are excused: official streams had no `logprobs` then. xAI still leaves it out
    of `response.output_text.done` (recorded, req_llm and the AI SDK's xai-text-streaming).

    ## How to mend

    Send `"logprobs":[]` with every `response.output_text.delta` and `response.output_text.done`.
    """

    id = "RESP-TEXT-006"
    severity = Severity.WARNING
    source = "SDK types (required); openai-agents#1226, openai-agents#1227"
    on = ("logprobs-missing", MALFORMED)
    exercised_by = (_DELTA, _DONE)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell what the machine noticed, or what does not fit."""
        kind = case.body.get("type")
        found = None
        mine = [one for one in case.problems if one.pointer == "/logprobs"]
        if case.signal is None:
            if kind not in {_DELTA, _DONE}:
                return None
            if not mine:
                return None
            case.problems.remove(mine[0])
            found = mine[0].found
        elif mine:
            return None  # it is there, and is told when the shape is
        created = case.stream.created_at
        if created is not None and created < SINCE:
            return None
        return self.finding(
            case,
            f"{kind} of {where(case)} has {'logprobs ' + found if found else 'no logprobs'}; an empty list is due.",
            pointer="/logprobs" if found else "",
            expected="[]",
            found=found or "(missing)",
            subject=f"{kind} logprobs",
        )


class Annotations(Rule[ResponsesStream]):
    """Annotations are not counted 0, 1, 2, come after their text, or are others in the finished part.

    ## Why it matters

    openai-node stores annotations by `annotation_index`: a gap leaves holes in the list. Citations that only the
    finished part has are never shown by clients that stream.

    ## Violates

    ```example
    stream: responses/annotations
    event response.output_text.annotation.added#1: annotation_index = 2
    ```

    ```example
    stream: responses/annotations
    drop response.output_text.annotation.added#1
    ```

    ## Conforms

    ```example
    stream: responses/annotations
    ```
    """

    id = "RESP-TEXT-007"
    severity = Severity.WARNING
    source = "openai-node ResponseAccumulator; all 29 annotations of official streams"
    on = ("annotation-index-gap", "annotation-after-done", _PART_DONE)
    exercised_by = (_ADDED,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell what the machine noticed, or compare the finished part's list."""
        signal = case.signal
        if signal is not None:
            index = case.body.get("annotation_index")
            if signal.kind == "annotation-after-done":
                return self.finding(
                    case, f"Annotation {index} of {where(case)} comes after its text is done.", pointer=""
                )
            return self.finding(
                case,
                f"annotation_index of {where(case)} is {index}; the next one is {signal.expected}.",
                pointer="/annotation_index",
                expected=signal.expected,
                found=index,
            )
        part, said, item = part_here(case), said_part(case), item_here(case)
        if is_mixed_up(item) or (item is not None and "annotation-lost" in item.told):
            return None
        if part is None or part.kind != "output_text" or "annotations" not in said:
            return None
        streamed: list[JsonValue] = [annotation for _, annotation in part.annotations]
        kept = said.get("annotations") or []
        difference = first_difference(streamed, kept, "/part/annotations")
        if difference is None:
            return None
        count = len(kept) if isinstance(kept, list) else 0
        return self.finding(
            case,
            f"Part {part.index} of {where(case)} closes with {count} annotations, and {len(streamed)} were streamed; "
            f"the first difference is at {difference.pointer}.",
            pointer=difference.pointer,
            expected=difference.expected,
            found=difference.found,
            subject="annotations",
        )


class AnnotationOutsideText(Rule[ResponsesStream]):
    """An annotation points outside its text.

    ## Why it matters

    Clients cut the text at `start_index` and `end_index` to underline what is cited: outside the text that gives an
    empty link, or an exception.

    ## Violates

    ```example
    stream: responses/annotations
    event response.content_part.done: part.annotations.1.end_index = 400
    event response.output_text.annotation.added#1: annotation.end_index = 400
    event response.output_item.done: item.content.0.annotations.1.end_index = 400
    event response.completed: response.output.0.content.0.annotations.1.end_index = 400
    ```

    ## Conforms

    ```example
    stream: responses/web_search
    ```
    """

    id = "RESP-TEXT-008"
    severity = Severity.INFO
    source = "API reference, output_text annotations"
    on = (_PART_DONE,)
    exercised_by = (_ADDED,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> tuple[Finding, ...]:
        """Compare the indexes with the length of the text."""
        said = said_part(case)
        text = said.get("text")
        if not isinstance(text, str):
            return ()
        return tuple(
            self.finding(
                case,
                f"Annotation {number} of {where(case)} has {member} {value}; the text has {len(text):,} characters.",
                pointer=f"/part/annotations/{number}/{member}",
                expected=f"0 to {len(text)}",
                found=value,
            )
            for number, annotation in enumerate(elements(said, "annotations"))
            for member in ("start_index", "end_index", "index")
            if isinstance(value := annotation.get(member), int) and not 0 <= value <= len(text)
        )
