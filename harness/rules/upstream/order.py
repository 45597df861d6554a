"""UP-ORDER, UP-BLOCK, UP-END: events come where the protocol has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from harness.dialects.anthropic import grammar as anthropic
from harness.findings import Severity
from harness.rules.rule import CLOSE, MESSAGE, Rule

if TYPE_CHECKING:
    from harness.rules.case import Case
    from harness.rules.rule import Found


def begun(words: object) -> str:
    """Words for the beginning of a sentence; the name of an event keeps its case, and is marked as code."""
    text = str(words)
    return f"`{text}`" if "_" in text else f"{text[:1].upper()}{text[1:]}"


class EventOutOfOrder(Rule[Any]):
    """An event comes where its protocol has no such event.

    For Anthropic: anything before `message_start`, a second `message_start`, a block inside a block, a piece or an end
    of a block while none is open, `message_delta` while one is, `message_stop` without `message_delta`. For Gemini:
    more content for a candidate whose finish reason has come, in a response that does not repeat the reason.

    ## Why it matters
    The accumulators of the SDKs index into lists by what they were told before; a piece without its block raises in
    them, and a gateway that is fed such a stream loses text or fails.

    ## Violates
    ```example
    stream: anthropic/text
    drop content_block_start
    drop content_block_delta
    drop content_block_delta#1
    drop content_block_delta#2
    ```

    ```example
    stream: anthropic/text
    repeat message_start
    ```

    ```example
    stream: gemini/text
    insert after -1: {"candidates":[{"content":{"parts":[{"text":" And so on."}],"role":"model"},"index":0}]}
    ```

    ## Conforms
    ```example
    stream: anthropic/parallel
    ```

    ```example
    stream: gemini/tool_then_stop
    ```

    ## Exceptions
    Gemini models before 2.0 put the finish reason into every event of a candidate; content after a reason is
    therefore no breach while each response has one.
    """

    id = "UP-ORDER-001"
    severity = Severity.ERROR
    source = "Anthropic, Streaming messages, event flow; Gemini API, streamGenerateContent, finishReason"
    on = (anthropic.OUT_OF_ORDER,)
    exercised_by = (MESSAGE,)
    dialects = ("anthropic", "gemini")
    from_history = True

    def observe(self, case: Case[Any]) -> Found:
        """Report what the machine noticed."""
        signal = case.signal
        if signal is None:
            return None
        return self.finding(
            case,
            f"{begun(signal.found)} comes where only {signal.expected} may.",
            expected=signal.expected,
            found=signal.found,
            subject=f"{signal.found} out of order",
        )


class EventAfterEnd(Rule[Any]):
    """An event comes after the one that ends the stream.

    ## Why it matters
    Clients and gateways stop reading at the end, so that what comes later is lost, or take it for the beginning of
    another answer.

    ## Violates
    ```example
    stream: anthropic/text
    insert after -1: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}
    ```

    ```example
    stream: gemini/error
    move -1 before 0
    ```

    ## Conforms
    ```example
    stream: anthropic/error
    ```

    ```example
    stream: gemini/error
    ```
    """

    id = "UP-ORDER-002"
    severity = Severity.ERROR
    source = "Anthropic, Streaming messages, event flow; Gemini API, errors"
    on = (anthropic.AFTER_END,)
    exercised_by = (MESSAGE,)
    dialects = ("anthropic", "gemini")

    def observe(self, case: Case[Any]) -> Found:
        """Report the first of them."""
        signal = case.signal
        if signal is None:
            return None
        return self.finding(
            case,
            f"{begun(signal.found)} comes after the event that ended the stream.",
            expected=signal.expected,
            found=signal.found,
            subject="after the end",
        )


class WrongBlock(Rule[Any]):
    """A content block, or an event of one, has an index that is not its place.

    ## Why it matters
    The index is the block's place in the final message. Clients that keep blocks in a list raise when one is left
    out, and write the text of one block into another where it is repeated.

    ## Violates
    ```example
    stream: anthropic/parallel
    event content_block_delta#1: index = 1
    ```

    ```example
    stream: anthropic/text
    event content_block_start: index = 1
    event content_block_delta: index = 1
    event content_block_delta#1: index = 1
    event content_block_delta#2: index = 1
    event content_block_stop: index = 1
    ```

    ## Conforms
    ```example
    stream: anthropic/interleaved
    ```
    """

    id = "UP-BLOCK-001"
    severity = Severity.ERROR
    source = "Anthropic, Streaming messages: index corresponds to the index in the final content array"
    on = (anthropic.WRONG_INDEX,)
    exercised_by = ("content_block_start",)
    dialects = ("anthropic",)
    from_history = True

    def observe(self, case: Case[Any]) -> Found:
        """Report what the machine noticed."""
        signal = case.signal
        if signal is None:
            return None
        kind = case.body.get("type")
        return self.finding(
            case,
            f"`{kind}` has the index {signal.found}, and block {signal.expected} is due.",
            expected=signal.expected,
            found=signal.found,
        )


class WrongDelta(Rule[Any]):
    """A delta does not suit the type of its block.

    ## Why it matters
    The SDKs raise on it ("content block is not a thinking block"), or leave the piece out without a word.

    ## Violates
    ```example
    stream: anthropic/thinking
    event content_block_delta#2: delta = {"type":"text_delta","text":"7"}
    ```

    ## Conforms
    ```example
    stream: anthropic/thinking
    ```

    ## Exceptions
    Types of delta and of block that are not known are passed over, as the provider asks of its clients.
    """

    id = "UP-BLOCK-002"
    severity = Severity.ERROR
    source = "Anthropic, Streaming messages, content block delta types"
    on = (anthropic.WRONG_DELTA,)
    exercised_by = ("content_block_delta",)
    dialects = ("anthropic",)
    from_history = True

    def observe(self, case: Case[Any]) -> Found:
        """Report what the machine noticed."""
        signal = case.signal
        if signal is None:
            return None
        return self.finding(case, f"There is a {signal.found}.", expected=signal.expected, found=signal.found)


class EndWithoutTerminal(Rule[Any]):
    """The stream ends, and its protocol's end did not come.

    That is `message_stop` or an error for Anthropic; for Gemini a finish reason in every candidate, a blocked prompt,
    or an error.

    ## Why it matters
    An answer that was cut looks like one that is whole. A gateway that ends its own stream as if nothing had happened
    sells half an answer as an answer.

    ## Violates
    ```example
    stream: anthropic/text
    drop message_stop
    ```

    ```example
    stream: gemini/text
    drop -1
    ```

    ## Conforms
    ```example
    stream: anthropic/length
    ```

    ```example
    stream: gemini/blocked
    ```

    ## Exceptions
    Nothing is missing where the client went away, or the recorder died, before the end.
    """

    id = "UP-END-001"
    severity = Severity.ERROR
    source = "Anthropic, Streaming messages, event flow; Gemini API, Candidate.finishReason"
    on = (anthropic.NO_END,)
    exercised_by = (CLOSE,)
    dialects = ("anthropic", "gemini")
    from_history = True

    def observe(self, case: Case[Any]) -> Found:
        """Report the end that is missing."""
        signal = case.signal
        if signal is None or case.left_early or (case.status or 200) >= 400:
            return None
        return self.finding(
            case,
            f"The body ends without {signal.expected}.",
            pointer="",
            expected=signal.expected,
            found=signal.found,
            subject="no end",
        )


class StopWithoutReason(Rule[Any]):
    """The message ends, and nothing says why.

    ## Why it matters
    Without a stop reason nobody can tell an answer that is whole from one that met its limit, or that waits for the
    result of a tool.

    ## Violates
    ```example
    stream: anthropic/text
    event message_delta: delta.stop_reason = null
    ```

    ## Conforms
    ```example
    stream: anthropic/empty
    ```
    """

    id = "UP-END-002"
    severity = Severity.ERROR
    source = "Anthropic, Messages, stop_reason: not null in a finished message"
    on = (anthropic.NO_REASON,)
    exercised_by = ("message_stop",)
    dialects: ClassVar[tuple[str, ...]] = ("anthropic",)
    from_history = True

    def observe(self, case: Case[Any]) -> Found:
        """Report it at the end."""
        return self.finding(
            case,
            "`message_stop` comes, and no message_delta had a stop_reason.",
            expected="a stop_reason",
            found="none",
        )
