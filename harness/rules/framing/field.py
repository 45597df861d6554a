"""SSE-FIELD: the lines of a block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.rules.rule import BLOCK, CLOSE, Found, Rule

if TYPE_CHECKING:
    from harness.rules.case import Case
    from harness.sse.lines import Field

_JSON_STARTS = (b"{", b"}", b"[", b"]", b'"')


def _is_bare_json(line: Field) -> bool:
    return line.line.lstrip().startswith(_JSON_STARTS)


class UnknownField(Rule[Any]):
    r"""A line is neither a comment nor one of `event`, `data`, `id` and `retry`.

    ## Why it matters
    Clients ignore such a line. Where it was meant to say something (`Data: {...}`, or a `data:` behind a space), an
    event is lost without a word.

    ## Violates
    ```example
    stream: chat/text
    block -1: foo: bar\ndata: [DONE]\n\n
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```
    """

    id = "SSE-FIELD-001"
    severity = Severity.WARNING
    source = "WHATWG HTML 9.2.6: other fields are ignored"
    on = (BLOCK,)
    exercised_by = (CLOSE,)

    def observe(self, case: Case[Any]) -> Found:
        """Judge one block; the last line may be cut where the body ends in it."""
        whole = case.event is None or case.event.terminated
        for line in case.lines if whole else case.lines[:-1]:
            if not (line.is_known or line.is_comment or _is_bare_json(line)):
                shown = line.line[:60].decode("utf-8", "replace")
                return self.finding(
                    case, "A line has a field that no client reads.", expected="event, data, id, retry or a comment",
                    found=shown, subject=line.name[:40].decode("utf-8", "replace"),
                )  # fmt: skip
        return None


class BareJson(Rule[Any]):
    r"""A line is JSON without `data:` before it.

    ## Why it matters
    That is NDJSON, or a JSON body under the name of an event stream. A client of event streams ignores every such
    line: openai-python gives no event and no error.

    The checker takes each line that is a JSON object as the event that it was meant to be.

    ## Violates
    ```example
    request: none
    body:
    : NDJSON follows

    {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"gpt-4.1","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}]}
    {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"gpt-4.1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

    data: [DONE]\n
    ```

    ```example
    request: none
    body:
    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"gpt-4.1","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}]}

    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"gpt-4.1",
     "choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"gpt-4.1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

    data: [DONE]\n
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## How to mend
    Write `data: ` before each JSON text and a blank line after it, and no line end inside it.
    """

    id = "SSE-FIELD-002"
    severity = Severity.ERROR
    source = "foundry-dev-tools#195; openai-python gives no event and no error (measured)"
    on = (BLOCK,)
    exercised_by = (CLOSE,)
    supersedes = ("SSE-FIELD-001", "SSE-FRAME-001", "SSE-TRUNC-001", "SSE-JSON-001", "SSE-JSON-002")

    def observe(self, case: Case[Any]) -> Found:
        """Judge one block."""
        for line in case.lines:
            if _is_bare_json(line):
                shown = line.line[:60].decode("utf-8", "replace")
                return self.finding(
                    case, "A line is JSON without `data:` before it.", expected="data: {...}", found=shown,
                    subject="bare",
                )  # fmt: skip
        return None
