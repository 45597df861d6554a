"""SSE-UTF8: the bytes are UTF-8, and the characters in them are whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.rules.placing import at_event
from harness.rules.rule import BLOCK, CLOSE, NOT_JSON, Found, Rule
from harness.sse.payload import Fault

if TYPE_CHECKING:
    from harness.rules.case import Case

_REPLACEMENT = "\ufffd".encode()


class InvalidUtf8(Rule[Any]):
    r"""The body holds bytes that are not UTF-8.

    ## Why it matters
    A server that cuts text by bytes, or that sends tokens which end inside a character, breaks a character in two.
    openai-python decodes strictly and ends with a `UnicodeDecodeError` that names no event; openai-node puts
    U+FFFD there, and the text is damaged for good. Event streams are UTF-8 by definition (WHATWG HTML, 9.2.5).

    The bytes are judged as a whole: a character may well be split over two reads.

    ## Violates
    ```example
    request: none
    body:
    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"gpt-4.1","choices":[{"index":0,"delta":{"role":"assistant","content":"caf\xc3"},"finish_reason":null}]}

    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"gpt-4.1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

    data: [DONE]\n
    ```

    ```example
    stream: chat/text
    block -1: : caf\xe9\n\ndata: [DONE]\n\n
    ```

    ## Conforms
    ```example
    stream: chat/text
    event 1: choices.0.delta.content = "café"
    ```

    ## How to mend
    Hold the bytes of an unfinished character back until the rest of it has come.
    """

    id = "SSE-UTF8-001"
    severity = Severity.ERROR
    source = "WHATWG HTML 9.2.5; openai-python decodes strictly; aisix#111, librefang#3448"
    on = (BLOCK, NOT_JSON)
    exercised_by = (CLOSE,)
    streamed = None

    def observe(self, case: Case[Any]) -> Found:
        """Judge one payload, or one block before its payload is looked at."""
        event = case.event
        if case.wire.fault is Fault.UTF8 and (event is None or not event.block):
            return self.finding(
                case,
                f"{case.wire.broken[:1].upper()}{case.wire.broken[1:]}.",
                found=case.wire.broken,
                subject="payload",
            )
        if case.wire.fault is not None or event is None or not event.block or not event.terminated:
            return None
        try:
            event.block.decode()
        except UnicodeDecodeError as error:
            place = f"byte {event.start + error.start} of the body, 0x{event.block[error.start]:02x}"
            return self.finding(
                case, f"{place[0].upper()}{place[1:]}, is not UTF-8.", found=place, subject="block"
            )
        return None


class ReplacementCharacter(Rule[Any]):
    r"""A payload holds U+FFFD, the character that stands for bytes which could not be decoded.

    ## Why it matters
    Nearly always a server decoded half a character: the text is damaged before it is sent, and no client can repair
    it. llama.cpp, aprender and Fabric sent such text when a token ended inside a character.

    ## Violates
    ```example
    stream: chat/text
    event 1: choices.0.delta.content = "caf\ufffd"
    ```

    ## Conforms
    ```example
    stream: chat/text
    event 1: choices.0.delta.content = "café"
    ```

    ## Exceptions
    A model may say U+FFFD itself, and a server may echo what it was asked. So nothing is said where the request, or
    the upstream half of the exchange, has the character too; and it is never more than a warning. Tokens in log
    probabilities do not count: they may be parts of characters, and their `bytes` say which (openai-dotnet's recorded
    TokenLogProbabilitiesStreaming has four).
    """

    id = "SSE-UTF8-002"
    severity = Severity.WARNING
    source = "llama.cpp#28926, aprender#2019, Fabric#2203"
    on = (CLOSE,)

    def observe(self, case: Case[Any]) -> Found:
        """Judge what was counted on the way."""
        wire = case.wire
        if not wire.replaced:
            return None
        if case.request is not None and (
            _REPLACEMENT in case.request.body or b"\\ufffd" in case.request.body.lower()
        ):
            return None
        if case.upstream is not None and case.upstream.case.wire.replaced:
            return None
        events = "1 event holds" if wire.replaced == 1 else f"{wire.replaced} events hold"
        found = self.finding(
            case, f"{events} U+FFFD, which stands for bytes that were lost.", found="U+FFFD", subject="U+FFFD"
        )
        return at_event(found, wire.replaced_event)


class LoneSurrogate(Rule[Any]):
    r"""A JSON string holds one half of a UTF-16 surrogate pair.

    ## Why it matters
    `"\ud83d"` in one delta and `"\ude00"` in the next are an emoji that was cut in two. Joined, they are right, but
    neither can be encoded: Python raises as soon as the delta is printed or logged, Go and Rust refuse or replace it
    while they parse (RFC 8259, 8.2, calls the outcome unpredictable).

    ## Violates
    ```example
    request: none
    body:
    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"gpt-4.1","choices":[{"index":0,"delta":{"role":"assistant","content":"\\ud83d"},"finish_reason":null}]}

    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"gpt-4.1","choices":[{"index":0,"delta":{"content":"\\ude00"},"finish_reason":null}]}

    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"gpt-4.1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

    data: [DONE]\n
    ```

    ## Conforms
    ```example
    request: none
    body:
    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"gpt-4.1","choices":[{"index":0,"delta":{"role":"assistant","content":"\\ud83d\\ude00"},"finish_reason":null}]}

    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"gpt-4.1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

    data: [DONE]\n
    ```
    """

    id = "SSE-UTF8-003"
    severity = Severity.WARNING
    source = "RFC 8259, 8.2"
    on = (NOT_JSON,)
    exercised_by = (CLOSE,)
    streamed = None

    def observe(self, case: Case[Any]) -> Found:
        """Judge one payload."""
        if case.wire.fault is not Fault.SURROGATE:
            return None
        message = f"{case.wire.broken[:1].upper()}{case.wire.broken[1:]}."
        return self.finding(case, message, found=case.wire.broken, subject="surrogate")
