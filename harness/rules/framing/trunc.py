"""SSE-TRUNC: the stream ends where an event does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.rules.ends import MISSING_AT_THE_END
from harness.rules.rule import BLOCK, CLOSE, Found, Rule

if TYPE_CHECKING:
    from harness.rules.case import Case


class CutInside(Rule[Any]):
    r"""The body ends in the middle of an event.

    ## Why it matters
    A process died, a buffer was not flushed, or a proxy gave up. The client throws the beginning of the event away
    and, if the connection was closed in order, takes what it has for the whole answer: half a sentence, or a tool
    call with half its arguments, that counts as success.

    Whatever else is missing at the end is missing because of this, and is not reported again.

    ## Violates
    ```example
    request: none
    body:
    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"gpt-4.1","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}]}

    data: {"id":"chatcmpl-1","obj\
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ```example
    request: none
    ending: client_close
    body:
    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"gpt-4.1","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}]}

    data: {"id":"chatcmpl-1","obj\
    ```
    """

    id = "SSE-TRUNC-001"
    severity = Severity.ERROR
    source = "CommandCode#785, private-ai-gateway#98"
    on = (BLOCK,)
    exercised_by = (CLOSE,)
    supersedes = ("SSE-FIELD-001", *MISSING_AT_THE_END)

    def observe(self, case: Case[Any]) -> Found:
        """Judge the block that was left when the body ended."""
        event = case.event
        if event is None or event.terminated or not case.wire.truncated or case.left_early:
            return None
        shown = (event.block or event.data)[-60:].decode("utf-8", "replace")
        return self.finding(case, "The body ends in the middle of an event.", found=shown, subject="cut")
