"""RESP-PART-001 to 004: how the content parts of messages and of raw reasoning are opened and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.responses.grammar import PART_KINDS
from harness.dialects.responses.state import Part, ResponsesStream
from harness.findings import Severity
from harness.rules.responses.conservation import (
    begun,
    is_phantom,
    item_here,
    lacking,
    noticed,
    said_part,
    where,
)
from harness.rules.rule import MALFORMED, Rule

if TYPE_CHECKING:
    from harness.findings import Finding
    from harness.rules.case import Case

PART_EVENTS = ("response.content_part.added", "response.content_part.done")
TEXT_EVENTS = ("response.output_text.delta", "response.output_text.done", "response.refusal.delta",
                "response.refusal.done")  # fmt: skip
PART_PREFIXES = (
    "response.content_part.",
    "response.output_text.",
    "response.refusal.",
    "response.reasoning_text.",
)


def is_misfit(case: Case[ResponsesStream]) -> bool:
    """Whether the part that the machine noticed something about is of a wrong type: RESP-PART-004 has told."""
    item, part = item_here(case), noticed(case).about
    fitting = PART_KINDS.get(item.type) if item is not None else None
    return fitting is not None and isinstance(part, Part) and part.kind not in fitting


class PartNotAdded(Rule[ResponsesStream]):
    """An event speaks of a content part that no content_part.added opened.

    ## Why it matters

    openai-python looks the part up in the item's content list and dies with an IndexError; openai-node throws `missing
    content at index 0`. Gateways that turn chat chunks into events tend to forget the opening event
    (litellm#24445, sub2api#2875, sub2api#4468, gemini-web2api#57).

    ## Violates

    ```example
    stream: responses/text
    drop response.content_part.added
    ```

    ## Conforms

    ```example
    stream: responses/multi_part
    ```

    ## Exceptions

    Raw reasoning (`response.reasoning_text.*`) without its part is RESP-RSN-004, which is milder.

    ## How to mend

    Send `response.content_part.added` with an empty part before the first delta of every part.
    """

    id = "RESP-PART-001"
    severity = Severity.ERROR
    source = "openai-python lib/streaming/responses; openai-node ResponseAccumulator; every official stream"
    on = ("part-not-added",)
    exercised_by = (*TEXT_EVENTS, "response.content_part.done")
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell, unless it is raw reasoning."""
        kind = str(case.body.get("type"))
        if kind.startswith("response.reasoning"):
            return None
        return self.finding(
            case,
            f"{kind} is about part {case.body.get('content_index')} of {where(case)}, which was never added.",
            pointer="/content_index",
            expected="response.content_part.added before it",
        )


class ContentIndexNotDense(Rule[ResponsesStream]):
    """The parts of an item are not counted 0, 1, 2, each index naming one part.

    ## Why it matters

    openai-node appends parts as they are added and then looks them up by `content_index`, openai-python does the
    same: a part that starts at 1 is an exception in both. vLLM counted the index up with every delta (vllm#35184),
    sent -1 (vllm#30192) and skipped indexes (vllm#45742).

    ## Violates

    A part that starts at 1:

    ```example
    stream: responses/text
    event 3: content_index = 1
    event 4: content_index = 1
    event 5: content_index = 1
    event 6: content_index = 1
    event 7: content_index = 1
    event 8: content_index = 1
    event 9: content_index = 1
    ```

    An index that moves under the part:

    ```example
    stream: responses/text
    event 5: content_index = 1
    event 6: content_index = 2
    ```

    A part that is added again, which empties it in accumulators:

    ```example
    stream: responses/text
    repeat response.content_part.added
    ```

    ## Conforms

    ```example
    stream: responses/multi_part
    ```

    ## How to mend

    Give a part its index when it is added: the number of parts that the item has by then. Keep it until the part is
    done.
    """

    id = "RESP-PART-002"
    severity = Severity.ERROR
    source = "openai-node ResponseAccumulator; vllm#45742, vllm#30192, vllm#35184"
    on = ("part-index-gap", "part-index-changed", "part-added-twice")
    exercised_by = PART_EVENTS
    supersedes = ("RESP-RSN-004",)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding:
        """Tell what the machine noticed."""
        signal = noticed(case)
        index = case.body.get("content_index")
        if signal.kind == "part-added-twice":
            message = f"Part {index} of {where(case)} is added a second time."
        elif signal.kind == "part-index-gap":
            message = f"A part of {where(case)} opens with content_index {index}; the next index is {signal.expected}."
        else:
            message = (
                f"{case.body.get('type')} of {where(case)} says content_index {index}, where nothing is open; "
                f"the part that is open has {signal.expected}."
            )
        return self.finding(
            case, message, pointer="/content_index", expected=signal.expected, found=signal.found or index
        )


_EMPTY = {"text": '""', "refusal": '""', "annotations": "[]"}


class PartNotEmptyWhenAdded(Rule[ResponsesStream]):
    """A content part is not empty when it is added.

    ## Why it matters

    Accumulators start from the part as it is added and append the deltas: a text that is already there is doubled,
    and a null is a TypeError in openai-python (`None += str`). `annotations` has to be a list for the same reason.

    ## Violates

    ```example
    stream: responses/text
    event response.content_part.added: part.text = null
    ```

    ```example
    stream: responses/text
    event response.content_part.added: part.text = "Red"
    ```

    ```example
    stream: responses/text
    event response.content_part.added: - part.annotations
    ```

    ## Conforms

    ```example
    stream: responses/text
    ```

    `logprobs` came later than the rest; streams of spring 2025 do without it:

    ```example
    stream: responses/text
    event response.content_part.added: - part.logprobs
    ```

    ## How to mend

    Send `{"type":"output_text","text":"","annotations":[],"logprobs":[]}` or `{"type":"refusal","refusal":""}`.
    """

    id = "RESP-PART-003"
    severity = Severity.ERROR
    source = "openai-python lib/streaming/responses (TypeError); every official stream"
    on = ("response.content_part.added", MALFORMED)
    exercised_by = ("response.content_part.added",)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> tuple[Finding, ...]:
        """Look at the members that accumulators start from."""
        if case.body.get("type") != "response.content_part.added":
            return ()
        mine = [one for one in case.problems if one.field in {"text", "refusal", "annotations"}]
        found = []
        for one in mine:
            case.problems.remove(one)
            found.append(
                self.finding(
                    case,
                    f"A part of {where(case)} is added with {lacking(one)}, where accumulators start with {_EMPTY[one.field]}.",
                    pointer=one.pointer,
                    expected=one.expected,
                    found=one.found,
                    subject=f"response.content_part.added {one.field}",
                )
            )
        part = said_part(case)
        for member in ("text", "refusal", "annotations"):
            value = part.get(member)
            if isinstance(value, str | list) and value:
                size = f"{len(value):,} {'characters' if isinstance(value, str) else 'entries'}"
                found.append(
                    self.finding(
                        case,
                        f"A part of {where(case)} is added with {size} of {member}; accumulators append to them.",
                        pointer=f"/part/{member}",
                        expected='""' if isinstance(value, str) else "[]",
                        found=value,
                    )
                )
        return tuple(found)


class PartTypeMisfits(Rule[ResponsesStream]):
    """A content part has a type that items of its type do not have.

    ## Why it matters

    A message consists of `output_text` and `refusal`, reasoning of `reasoning_text`. openai-node ignores any other
    combination, so the text is lost without an error; vLLM sent reasoning parts inside messages (vllm#35184).

    ## Violates

    ```example
    stream: responses/refusal
    event response.content_part.added: part = {"type":"text","text":""}
    event response.content_part.done: part = {"type":"text","text":""}
    drop response.refusal.delta
    drop response.refusal.delta#1
    drop response.refusal.delta#2
    drop response.refusal.done
    event response.output_item.done: item.content.0 = {"type":"text","text":""}
    event response.completed: response.output.0.content.0 = {"type":"text","text":""}
    ```

    ## Conforms

    ```example
    stream: responses/reasoning_text
    ```
    """

    id = "RESP-PART-004"
    severity = Severity.ERROR
    source = "SDK types of message and reasoning content; openai-node ResponseAccumulator; vllm#35184"
    on = ("part-wrong-kind", "wrong-item-type")
    exercised_by = (*PART_EVENTS, *TEXT_EVENTS)
    supersedes = ("RESP-PART-001", "RESP-PART-007", "RESP-RSN-004")
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell what the machine noticed."""
        signal = noticed(case)
        if signal.kind == "wrong-item-type":
            kind = str(case.body.get("type"))
            if not kind.startswith(PART_PREFIXES) or is_phantom(case):
                return None
            return self.finding(
                case,
                f"{kind} is for {where(case)}, and items of its type have no such content.",
                pointer="/type",
                expected=signal.expected,
                found=signal.found,
                subject=f"{kind} {signal.found}",
            )
        if is_phantom(case):
            return None
        return self.finding(
            case,
            f"{begun(case)} gets a part of type {signal.found}, which items of its type do not have.",
            pointer="/part/type",
            expected=signal.expected,
            found=signal.found,
        )
