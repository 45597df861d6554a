"""HTTP-CT: the content-type says what the body is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.rules.rule import CLOSE, NOT_JSON, OPEN, Found, Rule
from harness.sse.payload import Fault

if TYPE_CHECKING:
    from harness.rules.case import Case

_STREAM, _JSON = "text/event-stream", "application/json"
_READABLE = frozenset({Fault.UTF8, Fault.SURROGATE, Fault.CONSTANT, Fault.RANGE})


def media_type(case: Case[Any]) -> str | None:
    """The content-type without parameters, in lower case; "" where there is none, None where no head is known.

    Recorders that strip heads leave an empty one, which says nothing.
    """
    if not case.headers:
        return None
    return (case.header("content-type") or "").partition(";")[0].strip().lower()


class StreamContentType(Rule[Any]):
    """A stream was asked for or is sent, and the content-type is not `text/event-stream`.

    ## Why it matters
    Open Responses demands it, and clients choose the parser by it: tools refuse the answer, browsers' `EventSource`
    fails at once, and proxies that would pass an event stream through buffer anything else.

    Parameters do not count: OpenAI sends `text/event-stream; charset=utf-8`.

    ## Violates
    ```example
    stream: chat/text
    header: content-type: application/json
    ```

    ```example
    request: {"model":"gpt-4.1","stream":true,"messages":[{"role":"user","content":"Hi"}]}
    header: content-type: text/html
    body:
    <html><body>Please log in</body></html>
    ```

    ## Conforms
    ```example
    stream: chat/text
    header: content-type: text/event-stream;charset=UTF-8
    ```

    ## Exceptions
    Gemini streams as events or as one JSON array, and the request says which: its label is not judged, only a page that
    comes in place of an answer.
    """

    id = "HTTP-CT-001"
    severity = Severity.ERROR
    source = "Open Responses: MUST; foundry-dev-tools#195, ollama#8991"
    on = (OPEN, NOT_JSON)
    needs = ("head",)
    streamed = None
    supersedes = ("HTTP-STATUS-002",)

    def observe(self, case: Case[Any]) -> Found:
        """Judge the head; without a stream, only where something came that is no answer at all."""
        media = media_type(case)
        if media is None or media == _STREAM or (case.status is not None and case.status >= 400):
            return None
        if case.dialect.name == "gemini" and (case.streamed or media == _JSON):
            return None  # its streams may be JSON arrays
        if case.streamed:
            if case.wire.bytes:
                return None  # data that is no JSON, in a stream
        elif (
            case.asked is None
            or not case.asked.stream
            or not case.wire.broken
            or case.wire.fault in _READABLE
        ):
            return None
        return self.finding(
            case, f"The content-type of a stream is {media or 'missing'}.", expected=_STREAM, found=media or "none",
            part="head", subject="content-type",
        )  # fmt: skip


class WholeContentType(Rule[Any]):
    r"""An answer that is no stream is not one JSON value, or is not called `application/json`.

    ## Why it matters
    Clients hand the whole body to a JSON parser. A gateway that appends `data: [DONE]` to it, or sends a web page with
    status 200, makes every one of them raise. Some look at the content-type first, and then hand out the text instead.

    ## Violates
    ```example
    request: {"model":"gpt-4.1","messages":[{"role":"user","content":"Hi"}]}
    body:
    {"id":"chatcmpl-1","object":"chat.completion","created":1768392000,"model":"gpt-4.1","choices":[]}
    data: [DONE]
    ```

    ```example
    stream: chat/whole_text
    header: content-type: text/plain
    ```

    ## Conforms
    ```example
    stream: chat/whole_text
    header: content-type: application/json; charset=utf-8
    ```

    ## Exceptions
    Where a stream was asked for and a page came, HTTP-CT-001 speaks.
    """

    id = "HTTP-CT-002"
    severity = Severity.ERROR
    source = "Open Responses: MUST; 9router#3492, OmniRoute#6740"
    on = (CLOSE,)
    streamed = False

    def observe(self, case: Case[Any]) -> Found:
        """Judge the body where it is no object, else the head."""
        wire = case.wire
        if case.status is not None and case.status >= 400:
            return None
        if case.asked is not None and case.asked.stream and not case.body:
            return None
        if not case.body and wire.broken:
            return self.finding(
                case, f"The body is not one JSON object: {wire.broken}.", expected="one JSON object",
                found=wire.broken, subject="body",
            )  # fmt: skip
        media = media_type(case)
        if not case.body or media is None or media == _JSON or media.endswith("+json"):
            return None
        return self.finding(
            case, f"The content-type of a JSON answer is {media or 'missing'}.", expected=_JSON, found=media or "none",
            part="head", subject="content-type",
        )  # fmt: skip
