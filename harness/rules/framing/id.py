"""SSE-ID: the field `id`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.dialects.signal import Mark
from harness.findings import Severity
from harness.rules.rule import BLOCK, CLOSE, Found, Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.rules.case import Case


class IdLine(Rule[Any]):
    r"""A block has an `id` line.

    ## Why it matters
    Open Responses says that servers should not use `id`, and OpenAI does not. Clients of these APIs cannot resume by
    it, and once there was one, openai-python takes every later blank line for an event (SSE-ID-002).

    ## Violates
    ```example
    stream: chat/text
    block -1: id: 7\ndata: [DONE]\n\n
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```
    """

    id = "SSE-ID-001"
    severity = Severity.WARNING
    source = "Open Responses, HTTP Responses: SHOULD NOT use id; 0 of 256 OpenAI streams have one"
    on = (BLOCK,)
    exercised_by = (CLOSE,)

    def observe(self, case: Case[Any]) -> Found:
        """Judge one block."""
        event = case.event
        if event is None or event.id is None:
            return None
        return self.finding(case, "Blocks have an `id` line.", found=f"id: {event.id}", subject="id")


class BlankAfterId(Rule[Any]):
    r"""After an `id` line was sent, there is a block without data.

    ## Why it matters
    openai-python remembers the last id, and while there is one, every blank line makes an event, whose data is empty
    and therefore no JSON. So the first comment after an id (a sign of life, usually 15 seconds into the answer)
    ends the stream with a `JSONDecodeError`. That is a defect of the client, and it is deployed everywhere.

    ## Violates
    ```example
    stream: chat/text
    block -1: id: 7\ndata: [DONE]\n\n: ping\n\n
    ```

    ## Conforms
    ```example
    stream: chat/text
    block -1: : ping\n\ndata: [DONE]\n\n
    ```

    ## How to mend
    Send no ids. Where they must be, put a comment into the same block as the next event.
    """

    id = "SSE-ID-002"
    severity = Severity.ERROR
    source = "openai-python#2722, llmgateway#2334; measured with openai-python 3.52.0"
    on = (BLOCK,)
    exercised_by = (CLOSE,)

    def __init__(self, options: Mapping[str, Any] | None = None) -> None:
        super().__init__(options)
        self._since: Mark | None = None

    def observe(self, case: Case[Any]) -> Found:
        """Judge one block; an empty id makes the client forget."""
        event = case.event
        if event is None:
            return None
        if event.id is not None:
            self._since = Mark.of(event) if event.id else None
        if self._since is None or event.dispatched or not event.terminated:
            return None
        if event.event is not None or event.retry is not None:
            return None  # SSE-EVENT-001 and SSE-RETRY-001: these fail without an id as well
        return self.finding(
            case, "A block without data follows an `id` line.", earlier=self._since, found=_shown(event.block),
            subject="blank",
        )  # fmt: skip


def _shown(block: bytes) -> str:
    return block.decode("utf-8", "replace").strip() or "a blank line"
