"""RESP-PART: the content parts of messages and of raw reasoning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.responses.grammar import PART_KINDS
from harness.dialects.responses.state import Part, ResponsesStream
from harness.findings import Severity
from harness.rules.responses.conservation import (
    begun,
    done_here,
    elements,
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

_PART_EVENTS = ("response.content_part.added", "response.content_part.done")
_TEXT_EVENTS = ("response.output_text.delta", "response.output_text.done", "response.refusal.delta",
                "response.refusal.done")  # fmt: skip
_PREFIXES = (
    "response.content_part.",
    "response.output_text.",
    "response.refusal.",
    "response.reasoning_text.",
)


def _is_misfit(case: Case[ResponsesStream]) -> bool:
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
    exercised_by = (*_TEXT_EVENTS, "response.content_part.done")
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
    exercised_by = _PART_EVENTS
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
                    f"A part of {where(case)} is added with {lacking(one)}, where accumulators start from a {one.expected}.",
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
    exercised_by = (*_PART_EVENTS, *_TEXT_EVENTS)
    supersedes = ("RESP-PART-001", "RESP-PART-007", "RESP-RSN-004")
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell what the machine noticed."""
        signal = noticed(case)
        if signal.kind == "wrong-item-type":
            kind = str(case.body.get("type"))
            if not kind.startswith(_PREFIXES) or is_phantom(case):
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
        if case.body.get("type") != "response.content_part.done" or _is_misfit(case):
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
    exercised_by = _TEXT_EVENTS
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell what the machine noticed, where it is not about the closing event."""
        signal = noticed(case)
        kind = case.body.get("type")
        if kind in _PART_EVENTS or _is_misfit(case):
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
