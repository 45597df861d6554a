"""SSE-FRAME: blocks, lines, and what separates them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.rules.placing import at_byte
from harness.rules.rule import BLOCK, CLOSE, NOT_JSON, TOO_LARGE, Found, Rule
from harness.sse.payload import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.rules.case import Case

_FOUND_BY_NODE = (b"\n\n", b"\r\r", b"\r\n\r\n")


class NoBlankLineAtTheEnd(Rule[Any]):
    r"""The last event has no blank line after it.

    ## Why it matters
    A client hands an event out when it sees the blank line. At the end of the body the standard says that what is
    left is thrown away, and all three measured SDKs do so: the finish reason, the usage or the terminal event is
    lost, in Python without a word.

    The checker takes the event all the same, as the server meant it, and reports only this.

    ## Violates
    ```example
    request: none
    body:
    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"gpt-4.1","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}

    data: [DONE]\
    ```

    ```example
    stream: responses/text
    block 11: event: error\ndata: {"type":"error","code":"server_error","message":"Overloaded.","param":null,"sequence_number":11}\n
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## Exceptions
    It is only a warning for `[DONE]`: nothing is lost with it that the end of the body does not say too. Where the
    client closed the stream, nothing is said.
    """

    id = "SSE-FRAME-001"
    severity = Severity.ERROR
    source = "WHATWG HTML 9.2.6; three SDKs lose the event (measured)"
    on = (BLOCK, TOO_LARGE)
    exercised_by = (CLOSE,)

    def observe(self, case: Case[Any]) -> Found:
        """Judge the block that was left when the body ended."""
        if case.signal is not None:
            return self.finding(case, "A block has no end.", found=case.signal.found, subject="too large")
        event = case.event
        if event is None or event.terminated or case.wire.truncated or case.left_early or not event.data:
            return None
        return self.finding(
            case, "The last event has no blank line after it.", expected="a blank line",
            found=event.block[-40:].decode("utf-8", "replace"), subject="end",
            severity=Severity.WARNING if event.data == b"[DONE]" else None,
        )  # fmt: skip


class EventsInOneBlock(Rule[Any]):
    r"""Several events stand in one block: one newline separates them instead of a blank line.

    ## Why it matters
    To a client these are one event with several lines of data. It joins them, finds one JSON text after the other,
    and raises: openai-python, openai-node and the AI SDK all lose the whole answer.

    The checker takes each line as the event that it was meant to be.

    ## Violates
    ```example
    request: none
    body:
    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"gpt-4.1","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}]}
    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"gpt-4.1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}
    data: [DONE]\n
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```
    """

    id = "SSE-FRAME-002"
    severity = Severity.ERROR
    source = "WHATWG HTML 9.2.6; three SDKs raise (measured)"
    on = (NOT_JSON,)
    exercised_by = (CLOSE,)
    supersedes = ("SSE-FRAME-001", "SSE-FRAME-003")

    def observe(self, case: Case[Any]) -> Found:
        """Judge one payload."""
        if case.wire.fault is not Fault.MERGED:
            return None
        return self.finding(
            case, f"No blank line separates {case.wire.broken}.", expected="a blank line after each event",
            found=case.wire.broken, subject="merged",
        )  # fmt: skip


class DataOnSeveralLines(Rule[Any]):
    r"""One JSON text is spread over several `data` lines.

    ## Why it matters
    The standard allows it, and clients that follow it join the lines. But many read line by line and parse what
    follows `data: ` at once; no OpenAI stream ever had more than one line, so nobody noticed.

    ## Violates
    ```example
    stream: responses/text
    block 1: event: keepalive\ndata: {"type":"keepalive",\ndata: "sequence_number":1}\n\n
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```
    """

    id = "SSE-FRAME-003"
    severity = Severity.WARNING
    source = "0 of 332 recorded streams do it"
    on = (BLOCK,)
    exercised_by = (CLOSE,)

    def observe(self, case: Case[Any]) -> Found:
        """Judge one block; where the lines are events by themselves, SSE-FRAME-002 speaks."""
        event = case.event
        lines = [line for line in case.lines if line.name == b"data"]
        if len(lines) < 2 or event is None or not event.terminated:
            return None
        return self.finding(
            case, "The data of one event is spread over several lines.", expected="one `data` line",
            found=f"{len(lines)} `data` lines", subject="lines",
        )  # fmt: skip


class CarriageReturns(Rule[Any]):
    r"""Lines end with a carriage return.

    ## Why it matters
    CR LF and CR are legal, and the measured SDKs read both; but no recorded provider sends them, and clients that
    split at LF keep the CR in the JSON or in the name of the event. Where line ends are mixed within one block,
    openai-node does not find its end at all, because it looks for two equal line ends: then it is a warning.

    ## Violates
    ```example
    stream: chat/text
    block -1: data: [DONE]\r\n\r\n
    ```

    ```example
    stream: chat/text
    block -1: data: [DONE]\n\r\n
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```
    """

    id = "SSE-FRAME-004"
    severity = Severity.INFO
    source = "WHATWG HTML 9.2.6 allows it; 0 of 332 recorded streams do it; openai-node's search for the blank line"
    on = (BLOCK, CLOSE)
    exercised_by = (CLOSE,)

    def __init__(self, options: Mapping[str, Any] | None = None) -> None:
        super().__init__(options)
        self._mixed = False

    def observe(self, case: Case[Any]) -> Found:
        """Judge one block, and at the end the whole body."""
        event = case.event
        if event is None:
            at = case.wire.carriage_return
            if at is None or self._mixed:
                return None
            return at_byte(
                self.finding(case, "Lines end with a carriage return.", found="CR", subject="CR"), at
            )
        if b"\r" not in event.block or not event.terminated or event.block in {b"\r", b"\r\n"}:
            return None
        if event.block.endswith(_FOUND_BY_NODE):
            return None
        self._mixed = True
        return self.finding(
            case, "Line ends are mixed within one block.", expected="LF", severity=Severity.WARNING,
            found=repr(event.block[-4:].decode("utf-8", "replace")), subject="mixed",
        )  # fmt: skip


class SpaceAfterColon(Rule[Any]):
    r"""There is no space after the colon of a field.

    ## Why it matters
    The space may be missing, and clients that follow the standard take one away if it is there. Those that cut off
    six characters (`line[6:]`) lose the first one of the JSON.

    ## Violates
    ```example
    stream: chat/text
    block -1: data:[DONE]\n\n
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```
    """

    id = "SSE-FRAME-005"
    severity = Severity.INFO
    source = "0 of 332 recorded streams leave it away; pydantic-ai#2284 shows such a client"
    on = (BLOCK,)
    exercised_by = (CLOSE,)

    def observe(self, case: Case[Any]) -> Found:
        """Judge one block."""
        for line in case.lines:
            if line.is_known and line.value and not line.spaced:
                name = line.name.decode()
                shown = line.line[:40].decode("utf-8", "replace")
                return self.finding(
                    case, f"No space follows `{name}:`.", expected=f"`{name}: `", found=shown,
                    subject=name,
                )  # fmt: skip
        return None
