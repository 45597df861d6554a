"""UP-SUM, UP-USE: what the pieces come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from harness.dialects.anthropic import grammar as anthropic
from harness.findings import Severity
from harness.rules.rule import CLOSE, WHOLE, Rule

if TYPE_CHECKING:
    from harness.rules.case import Case
    from harness.rules.rule import Found


class InputNotAnObject(Rule[Any]):
    """The pieces of a tool's input do not come to a JSON object.

    ## Why it matters
    The SDKs parse the input when its block ends, and raise. A gateway passes the text on, and its client's parser
    fails in its place. The model may be to blame, so this is a warning.

    ## Violates
    ```example
    stream: anthropic/tool
    drop content_block_delta#4
    ```

    ```example
    stream: gemini/partial_args
    event 3: candidates.0.content.parts.0 = {"text":""}
    ```

    ## Conforms
    ```example
    stream: anthropic/empty_input
    ```

    ```example
    stream: gemini/partial_args
    ```
    """

    id = "UP-SUM-001"
    severity = Severity.WARNING
    source = "Anthropic, Streaming messages, input JSON delta; Gemini API, FunctionCall.willContinue"
    on = (anthropic.BAD_INPUT,)
    exercised_by = (CLOSE, WHOLE)
    dialects = ("anthropic", "gemini")
    streamed: ClassVar[bool | None] = None
    from_history = True

    def observe(self, case: Case[Any]) -> Found:
        """Report each call."""
        signal = case.signal
        if signal is None:
            return None
        return self.finding(
            case,
            f"A call's arguments are not whole: {signal.found}.",
            pointer="",
            expected=signal.expected,
            found=signal.found,
            subject="input",
        )


class ShrinkingUsage(Rule[Any]):
    """The count of output tokens, which is cumulative, becomes smaller.

    ## Why it matters
    Gateways take the last count, as the documentation says. Where `message_delta` holds increments instead, they
    report a fraction of what is billed.

    ## Violates
    ```example
    stream: anthropic/text
    event message_start: message.usage.output_tokens = 20
    ```

    ## Conforms
    ```example
    stream: anthropic/cached
    ```

    ## Exceptions
    Gemini's running total may fall: in recorded streams of models that ran code it goes from 447 to 8 to 1,767.
    """

    id = "UP-USE-001"
    severity = Severity.ERROR
    source = "Anthropic, Streaming messages: the token counts in message_delta are cumulative"
    on = (anthropic.SHRINKING_USAGE,)
    exercised_by = ("message_delta",)
    dialects = ("anthropic",)

    def observe(self, case: Case[Any]) -> Found:
        """Report both counts."""
        signal = case.signal
        if signal is None:
            return None
        return self.finding(
            case,
            f"output_tokens is {signal.found}, after {(signal.expected or '').removeprefix('at least ')}.",
            expected=signal.expected,
            found=signal.found,
        )
