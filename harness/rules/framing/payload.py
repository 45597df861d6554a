"""SSE-JSON: what stands in the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.rules.rule import CLOSE, DUPLICATE_KEYS, NOT_JSON, NOT_OBJECT, Found, Rule
from harness.sse.lines import fields
from harness.sse.payload import Fault

if TYPE_CHECKING:
    from harness.rules.case import Case
    from harness.sse.event import SseEvent

_MINE = frozenset({Fault.CONSTANT, Fault.SYNTAX, Fault.DEPTH})


class NotJson(Rule[Any]):
    r"""The data of an event is not JSON.

    ## Why it matters
    Every client parses it, and the first text that is no JSON ends the stream with an exception. `NaN` and
    `Infinity` are the treacherous case: Python writes them into log probabilities and reads them again, so that
    Python clients notice nothing while openai-node and the AI SDK fail (RFC 8259, section 6, has neither).

    ## Violates
    ```example
    stream: chat/text
    insert before 1: {"id":
    ```

    ```example
    request: none
    body:
    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"gpt-4.1","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"logprobs":{"content":[{"token":"Hi","logprob":-Infinity,"bytes":[72,105],"top_logprobs":[]}],"refusal":null},"finish_reason":null}]}

    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"gpt-4.1","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}

    data: [DONE]\n
    ```

    An error text of several lines, put into the JSON as it is:

    ```example
    stream: chat/text
    block 1: data: {"error":{"message":"upstream failed:\nConnection refused","type":"server_error"}}\n\n
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## Exceptions
    Other rules speak where the data has a plainer name: an empty one (SSE-EVENT-001), a comment (SSE-COMM-001), a
    misspelled `[DONE]` (SSE-DONE-003), several events in one (SSE-FRAME-002), bytes that are not UTF-8
    (SSE-UTF8-001), half a character (SSE-UTF8-003).
    """

    id = "SSE-JSON-001"
    severity = Severity.ERROR
    source = "RFC 8259; NaN kills openai-node and the AI SDK (measured)"
    on = (NOT_JSON,)
    exercised_by = (CLOSE,)
    supersedes = ("SSE-FIELD-001",)

    def observe(self, case: Case[Any]) -> Found:
        """Judge one payload."""
        fault = case.wire.fault
        if fault not in _MINE or fault is None:
            return None
        if fault is Fault.SYNTAX and case.event is not None and is_torn(case.event):
            return self.finding(
                case, "The data is not JSON: a line end in it is not escaped, so a client reads the first line only.",
                expected="\\n", found="a line end", subject="a line end",
            )  # fmt: skip
        return self.finding(
            case, f"The data is not JSON: {case.wire.broken}.", expected="JSON (RFC 8259)", found=case.wire.broken,
            subject=str(fault),
        )  # fmt: skip


def is_torn(event: SseEvent) -> bool:
    """Whether lines that belong to the data follow it without being data: they were cut off by a raw line end."""
    lines = fields(event.block) if event.block else []
    return bool(lines) and not (lines[-1].is_known or lines[-1].is_comment)


class NotAnObject(Rule[Any]):
    """The data of an event is JSON, but no object.

    ## Why it matters
    Clients look for a member (`choices`, `type`, `error`) in whatever they parsed, and raise a type error at `null`,
    a number or an array.

    ## Violates
    ```example
    stream: chat/text
    insert before 1: null
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```
    """

    id = "SSE-JSON-002"
    severity = Severity.ERROR
    source = "openai-python and openai-node read members at once"
    on = (NOT_OBJECT,)
    exercised_by = (CLOSE,)

    def observe(self, case: Case[Any]) -> Found:
        """Judge one payload."""
        if case.wire.fault is Fault.DONE:
            return None
        event = case.event
        shown = event.text[:60] if event is not None else case.wire.broken
        return self.finding(
            case, f"The data is no JSON object: {shown}.", expected="an object", found=case.wire.broken,
            subject=case.wire.broken,
        )  # fmt: skip


class DuplicateKey(Rule[Any]):
    r"""An object has a key twice.

    ## Why it matters
    RFC 8259, section 4, calls the outcome unpredictable: most parsers keep the last value, some the first, strict
    ones refuse. Two clients then read two different answers out of the same bytes.

    ## Violates
    ```example
    request: none
    body:
    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"gpt-4.1","model":"gpt-4.1","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}]}

    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"gpt-4.1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

    data: [DONE]\n
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```
    """

    id = "SSE-JSON-003"
    severity = Severity.WARNING
    source = "RFC 8259, section 4"
    on = (DUPLICATE_KEYS,)
    exercised_by = (CLOSE,)
    streamed = None

    def observe(self, case: Case[Any]) -> Found:
        """Judge one payload."""
        pointer = case.signal.pointer if case.signal else ""
        return self.finding(case, f"`{pointer or '/'}` is there twice.", found="the same key twice")
