"""SSE-RETRY: the field `retry`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.rules.rule import BLOCK, CLOSE, Found, Rule

if TYPE_CHECKING:
    from harness.rules.case import Case


class RetryOnly(Rule[Any]):
    r"""A block holds a `retry` line and no data.

    ## Why it matters
    The standard lets a server set the reconnection time in a block of its own, which no client sees as an event.
    openai-python hands out an event for it all the same, whose empty data is no JSON: the stream ends with a
    `JSONDecodeError`.

    ## Violates
    ```example
    stream: chat/text
    block -1: retry: 1000\n\ndata: [DONE]\n\n
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## How to mend
    Leave it out: no client of these APIs reconnects by it.
    """

    id = "SSE-RETRY-001"
    severity = Severity.WARNING
    source = "openai-python 3.52.0 (measured)"
    on = (BLOCK,)
    exercised_by = (CLOSE,)

    def observe(self, case: Case[Any]) -> Found:
        """Judge one block."""
        event = case.event
        if event is None or event.retry is None or event.event is not None:
            return None
        if not event.terminated or event.dispatched:
            return None
        return self.finding(
            case, "A block sets `retry` and has no data.", found=f"retry: {event.retry}", subject="retry"
        )
