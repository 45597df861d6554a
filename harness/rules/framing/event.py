"""SSE-EVENT: the field `event`, and events without data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.rules.rule import BLOCK, CLOSE, EVENT_LINE, NOT_JSON, Found, Rule
from harness.sse.payload import Fault

if TYPE_CHECKING:
    from harness.rules.case import Case


class EmptyEvent(Rule[Any]):
    r"""A block has an `event` line and no data, or its data is empty.

    ## Why it matters
    openai-python and openai-node hand an event out for either, and parse its data, which is no JSON: the stream
    ends with an exception. Gateways send such blocks as signs of life; a comment is what they mean.

    The standard tells the two apart: a block without a `data` line is not dispatched, one with an empty `data:` is,
    with empty data. Here both are the same breach, because deployed clients make no difference.

    ## Violates
    ```example
    stream: chat/text
    block -1: event: keepalive\n\ndata: [DONE]\n\n
    ```

    ```example
    stream: chat/text
    block -1: data:\n\ndata: [DONE]\n\n
    ```

    ## Conforms
    ```example
    stream: chat/text
    block -1: : keepalive\n\ndata: [DONE]\n\n
    ```
    """

    id = "SSE-EVENT-001"
    severity = Severity.ERROR
    source = (
        "OmniRoute#1146, wave-agent#1326; openai-python and openai-node raise (measured); WHATWG HTML 9.2.6"
    )
    on = (BLOCK, NOT_JSON)
    exercised_by = (CLOSE,)

    def observe(self, case: Case[Any]) -> Found:
        """Judge one block, or data that is no JSON."""
        event = case.event
        if event is None or not event.terminated:
            return None
        if not event.dispatched:
            if event.event is None or case.signal is not None:
                return None
            return self.finding(
                case, f"The event {event.event!r} has no data.", expected="data, or a comment", found="no data line",
                subject="no data",
            )  # fmt: skip
        if case.wire.fault is not Fault.EMPTY or event.data.strip():
            return None
        return self.finding(
            case,
            "The data of an event is empty.",
            expected="JSON, or a comment",
            found="empty data",
            subject="empty",
        )


class EventLineDiffers(Rule[Any]):
    r"""The `event` line is not the `type` of the payload.

    ## Why it matters
    Open Responses demands that they are equal, and all OpenAI streams keep to it. Clients made with a browser's
    `EventSource`, and several in Go and Rust, choose the handler by the line; the large SDKs read only the payload.
    So the same stream means two things.

    ## Violates
    ```example
    stream: responses/text
    raw 1: {"type":"keepalive","sequence_number":1}
    ```

    ## Conforms
    ```example
    stream: responses/text
    ```

    ## Exceptions
    A line that is missing is SSE-EVENT-003.
    """

    id = "SSE-EVENT-002"
    severity = Severity.ERROR
    source = "Open Responses: event MUST match type; 0 of 78 OpenAI streams differ"
    on = (EVENT_LINE,)
    dialects = ("responses", "anthropic")
    supersedes = ("SSE-EVENT-005",)

    def observe(self, case: Case[Any]) -> Found:
        """Judge the first event of a kind, and each whose line differs from the last one's."""
        event, kind = case.event, case.body.get("type")
        if event is None or event.event is None or not isinstance(kind, str) or event.event == kind:
            return None
        return self.finding(
            case, f"The line says `event: {event.event}` and the payload {kind!r}.", pointer="/type",
            expected=f"event: {kind}", found=f"event: {event.event}", subject=f"{event.event} {kind}",
        )  # fmt: skip


class EventLineMissing(Rule[Any]):
    r"""The events of a Responses stream have no `event` line.

    ## Why it matters
    OpenAI sends one with every event, and Open Responses demands it. Clients that choose by the line see only
    events called `message`. The large SDKs do not look; OpenRouter's streams live without it.

    ## Violates
    ```example
    stream: responses/text
    block 1: data: {"type":"keepalive","sequence_number":1}\n\n
    ```

    ## Conforms
    ```example
    stream: responses/text
    ```
    """

    id = "SSE-EVENT-003"
    severity = Severity.WARNING
    source = "78 of 78 OpenAI streams have it; openrouter.ai leaves it away"
    on = (EVENT_LINE,)
    dialects = ("responses", "anthropic")

    def observe(self, case: Case[Any]) -> Found:
        """Judge the first event of a kind, and each whose line differs from the last one's."""
        event, kind = case.event, case.body.get("type")
        if event is None or event.event is not None or not isinstance(kind, str):
            return None
        return self.finding(
            case, f"`{kind}` comes without an `event` line.", expected=f"event: {kind}", found="no event line",
            subject="missing",
        )  # fmt: skip


class EventLineInChat(Rule[Any]):
    r"""A chunk of Chat Completions has an `event` line.

    ## Why it matters
    OpenAI sends none. A browser's `EventSource` hands named events only to listeners for that name, so a client
    that listens for messages sees nothing.

    ## Violates
    ```example
    request: none
    body:
    event: chunk
    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"gpt-4.1","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}

    data: [DONE]\n
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## Exceptions
    `event: error` before an error is common (Groq sends it) and helps those who look: it is tolerated.
    """

    id = "SSE-EVENT-004"
    severity = Severity.WARNING
    source = "0 of 178 OpenAI streams have one"
    on = (EVENT_LINE,)
    dialects = ("chat",)

    def observe(self, case: Case[Any]) -> Found:
        """Judge the first event of a kind, and each whose line differs from the last one's."""
        event = case.event
        if event is None or event.event is None:
            return None
        if event.event == "error" and case.body.get("error") is not None:
            return None
        return self.finding(
            case, f"A chunk has the line `event: {event.event}`.", expected="no event line",
            found=f"event: {event.event}", subject=event.event,
        )  # fmt: skip


class ThreadEvent(Rule[Any]):
    r"""The `event` line begins with `thread.`.

    ## Why it matters
    Such names belong to the Assistants API, and openai-python and openai-node treat them so, whatever was asked: they
    wrap the payload into `{event, data}`, and no chunk or response event comes out.

    ## Violates
    ```example
    request: none
    body:
    event: thread.message.delta
    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"gpt-4.1","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}

    data: [DONE]\n
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```
    """

    id = "SSE-EVENT-005"
    severity = Severity.WARNING
    source = "openai-python and openai-node, streaming code"
    on = (EVENT_LINE,)
    dialects = ("chat", "responses")
    supersedes = ("SSE-EVENT-004",)

    def observe(self, case: Case[Any]) -> Found:
        """Judge the first event of a kind, and each whose line differs from the last one's."""
        event = case.event
        if event is None or event.event is None or not event.event.startswith("thread."):
            return None
        return self.finding(
            case, f"The line `event: {event.event}` belongs to another API.", expected="no event line, or the type",
            found=f"event: {event.event}", subject="thread",
        )  # fmt: skip
