"""SSE-COMM: comments, and what should have been one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.rules.rule import BLOCK, CLOSE, NOT_JSON, Found, Rule
from harness.sse.payload import Fault

if TYPE_CHECKING:
    from harness.rules.case import Case


class KeepaliveAsData(Rule[Any]):
    r"""A sign of life that should be a comment is sent as data.

    ## Why it matters
    `data: : keepalive` is an event to every client, and its data is no JSON: openai-python and openai-node raise,
    the AI SDK reports an error in the middle of the answer. Vertex partner models and gateways in front of
    OpenRouter did that: somebody put `data: ` before a line that was a comment.

    ## Violates
    ```example
    stream: chat/text
    insert before 1: : keepalive
    ```

    ```example
    stream: chat/text
    insert before 1: ping
    ```

    ## Conforms
    ```example
    stream: chat/text
    block -1: : keepalive\n\ndata: [DONE]\n\n
    ```

    ## How to mend
    Pass lines that start with a colon on as they are.
    """

    id = "SSE-COMM-001"
    severity = Severity.ERROR
    source = "mnfst/llm-gateway#2053, opencode#50871"
    on = (NOT_JSON,)
    exercised_by = (CLOSE,)

    def observe(self, case: Case[Any]) -> Found:
        """Judge one payload."""
        if case.wire.fault is not Fault.COMMENT:
            return None
        return self.finding(
            case, f"A sign of life is sent as data: {case.wire.broken}.", expected="a comment, `: keepalive`",
            found=case.wire.broken, subject="keepalive",
        )  # fmt: skip


class CommentsPresent(Rule[Any]):
    r"""The stream holds comments.

    ## Why it matters
    Comments are legal, and the right way to keep a connection alive; OpenRouter sends `: OPENROUTER PROCESSING`
    while a model is busy. OpenAI itself sends none, so clients that were only ever tried with OpenAI (several small
    ones are known) fail on the first. That is worth knowing, and never an error.

    ## Violates
    ```example
    stream: chat/text
    block -1: : PROCESSING\n\ndata: [DONE]\n\n
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```
    """

    id = "SSE-COMM-002"
    severity = Severity.INFO
    source = "WHATWG HTML 9.2.6; omlx#839, OmniRoute#7031, dive#206"
    on = (BLOCK,)
    exercised_by = (CLOSE,)

    def observe(self, case: Case[Any]) -> Found:
        """Judge one block."""
        for line in case.lines:
            if line.is_comment:
                text = line.line.decode("utf-8", "replace")
                return self.finding(case, "The stream holds comments.", found=text, subject="comment")
        return None
