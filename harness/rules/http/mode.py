"""HTTP-MODE: a stream comes where one was asked for, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.rules.rule import MALFORMED, NOT_OBJECT, OPEN, WHOLE, Found, Rule

if TYPE_CHECKING:
    from harness.rules.case import Case


class StreamUnasked(Rule[Any]):
    """A stream comes, and the request did not ask for one.

    ## Why it matters
    The client parses the body as one JSON text and raises at the first `data:`. Gateways that stream to their
    upstream, and forget to join what comes, do this.

    ## Violates
    ```example
    request: {"model":"gpt-4.1","messages":[{"role":"user","content":"Hi"}]}
    stream: chat/text
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```
    """

    id = "HTTP-MODE-001"
    severity = Severity.ERROR
    source = "OpenAI API reference: stream defaults to false; 9router#3492"
    on = (OPEN,)
    needs = ("request",)

    def observe(self, case: Case[Any]) -> Found:
        """Judge the request; one without a body says nothing."""
        asked = case.asked
        if (
            asked is None
            or asked.stream
            or not asked.body
            or (case.status is not None and case.status >= 400)
        ):
            return None
        return self.finding(
            case, "A stream comes, and the request did not ask for one.", expected="one JSON object",
            found="an event stream", part="request", subject="stream",
        )  # fmt: skip


class WholeUnasked(Rule[Any]):
    """The request asked for a stream, and one JSON body comes.

    ## Why it matters
    No line of it is an event. openai-python hands out nothing and raises nothing: the user sees an empty answer;
    openai-node says `request ended without sending any chunks`.

    ## Violates
    ```example
    request: {"model":"gpt-4.1","stream":true,"messages":[{"role":"user","content":"Hi"}]}
    stream: chat/whole_text
    ```

    ## Conforms
    ```example
    stream: chat/whole_text
    ```

    ## Exceptions
    Where the body is an error, HTTP-STATUS-001 speaks. Gemini streams a JSON array unless `alt=sse` is asked for.
    """

    id = "HTTP-MODE-002"
    severity = Severity.ERROR
    source = "tinyagents#56; openai-python hands out nothing (measured)"
    on = (WHOLE, MALFORMED, NOT_OBJECT)
    needs = ("request",)
    dialects = ("chat", "responses", "anthropic")
    streamed = False

    def observe(self, case: Case[Any]) -> Found:
        """Judge a whole answer."""
        if case.asked is None or not case.asked.stream:
            return None
        return self.finding(
            case, "One JSON body comes, and the request asked for a stream.", expected="an event stream",
            found="one JSON body", pointer="", subject="whole",
        )  # fmt: skip
