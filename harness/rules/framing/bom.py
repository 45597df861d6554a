"""SSE-BOM: no byte order mark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.rules.placing import at_byte
from harness.rules.rule import CLOSE, Found, Rule

if TYPE_CHECKING:
    from harness.rules.case import Case

_LENGTH = 3


class ByteOrderMark(Rule[Any]):
    r"""The body starts with a byte order mark.

    ## Why it matters
    The standard lets a stream start with one, and browsers, openai-node and the AI SDK skip it. openai-python does
    not: it takes the mark for a part of the first field's name and loses the first event without a word, and with
    it the role or `response.created`.

    ## Violates
    ```example
    request: none
    body:
    \xef\xbb\xbfdata: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"gpt-4.1","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}]}

    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"gpt-4.1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

    data: [DONE]\n
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```
    """

    id = "SSE-BOM-001"
    severity = Severity.WARNING
    source = "WHATWG HTML 9.2.5 allows it; openai-python 3.52.0 loses the first event (measured)"
    on = (CLOSE,)

    def observe(self, case: Case[Any]) -> Found:
        """The first block starts behind the mark, which belongs to no block."""
        first = case.wire.first
        if first is None or first.start != _LENGTH or first.index:
            return None
        return at_byte(self.finding(case, "The body starts with a byte order mark.", subject="mark"), 0)
