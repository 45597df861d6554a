"""RESP-ID: one stream is about one response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.responses.grammar import LIFECYCLE
from harness.dialects.responses.state import ResponsesStream
from harness.findings import Severity
from harness.rules.responses.conservation import noticed
from harness.rules.responses.outcomes import response_here
from harness.rules.rule import WHOLE, Rule

if TYPE_CHECKING:
    from harness.findings import Finding
    from harness.rules.case import Case


class ResponseIdChanged(Rule[ResponsesStream]):
    """The response has another id than it was announced with.

    ## Why it matters

    openai-python raises `Lifecycle response identity changed.` and ends the stream. A client that stores the first id
    asks in vain for it later, as `previous_response_id` or to resume. GitHub Copilot sent a new id in every
    event (litellm#30071).

    ## Violates

    ```example
    stream: responses/text
    event response.completed: response.id = "resp_another"
    ```

    ## Conforms

    ```example
    stream: responses/text
    ```

    ## How to mend

    Make one id when the response begins, and keep it; an upstream's chunk ids are not it.
    """

    id = "RESP-ID-001"
    severity = Severity.ERROR
    source = (
        "openai-python: Lifecycle response identity changed; litellm#30071; constant in 524 official streams"
    )
    on = ("response-id-changed",)
    exercised_by = LIFECYCLE
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding:
        """Tell both ids."""
        signal = noticed(case)
        return self.finding(
            case, f"The response is called {signal.found}; it was announced as {signal.expected}.",
            expected=signal.expected, found=signal.found, subject="response.id",
        )  # fmt: skip


class ResponseFactsChanged(Rule[ResponsesStream]):
    """`created_at` or `model` of the response changes within the stream.

    ## Why it matters

    Clients that keep the first snapshot and those that keep the last disagree about which model answered, and when:
    bills and caches are keyed by it.

    ## Violates

    ```example
    stream: responses/text
    event response.completed: response.created_at = 1768392999
    ```

    ```example
    stream: responses/text
    event response.completed: response.model = "gpt-5.2"
    ```

    ## Conforms

    ```example
    stream: responses/text
    ```

    ## How to mend

    Fill in both when the response begins and repeat them; a clock read anew in each event is not the creation time.
    """

    id = "RESP-ID-002"
    severity = Severity.WARNING
    source = "constant in 524 of 524 official streams"
    on = ("created-at-changed", "model-changed")
    exercised_by = LIFECYCLE
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding:
        """Tell both values."""
        signal = noticed(case)
        member = signal.pointer.rpartition("/")[2]
        return self.finding(
            case, f"`{member}` of the response is {signal.found or 'empty'}; it was {signal.expected or 'empty'} before.",
            expected=signal.expected, found=signal.found, subject=member,
        )  # fmt: skip


class CreatedAtFraction(Rule[ResponsesStream]):
    """`created_at` of the response is not written as an integer.

    ## Why it matters

    OpenAI's own type is a float, and its wire an integer: clients made after the wire (serde with u64, Go with int64)
    fail on `1756274867.0`, as vLLM sends it.

    ## Violates

    ```example
    stream: responses/text
    event response.created: response.created_at = 1768392000.0
    event response.in_progress: response.created_at = 1768392000.0
    event response.completed: response.created_at = 1768392000.0
    ```

    ## Conforms

    ```example
    stream: responses/text
    ```

    ## How to mend

    Cut the time to whole seconds before writing it.
    """

    id = "RESP-ID-003"
    severity = Severity.INFO
    source = "an integer in 524 of 524 official streams; vLLM: 1756274867.0"
    on = (*LIFECYCLE, WHOLE)
    streamed = None
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Look at how the time is written."""
        shown = response_here(case)
        if shown is None or not isinstance(shown[0].get("created_at"), float):
            return None
        return self.finding(
            case, f"created_at is {shown[0]['created_at']}, which is no integer.", pointer=f"{shown[1]}/created_at",
            expected="whole seconds", found=shown[0]["created_at"], subject="created_at",
        )  # fmt: skip


class ResponseIdEmpty(Rule[ResponsesStream]):
    """The id of the response is empty.

    ## Why it matters

    The id is what a client sends as `previous_response_id`, asks for later, or cancels: with an empty one the conversation
    cannot go on, and GET /v1/responses/ is another endpoint. Gateways that make a response of an upstream's chunks and
    forget the chunks' id send it so (an early codex-rs, and llmx after it).

    ## Violates

    ```example
    stream: responses/text
    event response.created: response.id = ""
    event response.in_progress: response.id = ""
    event response.completed: response.id = ""
    ```

    ## Conforms

    ```example
    stream: responses/text
    ```

    ## How to mend

    Make an id when the response begins, where the upstream has none.
    """

    id = "RESP-ID-004"
    severity = Severity.ERROR
    source = "OpenAI API reference, the response object: id, the unique identifier; never empty in official streams"
    on = (*LIFECYCLE, WHOLE)
    streamed = None
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Look at what it is called."""
        shown = response_here(case)
        if shown is None or shown[0].get("id") != "":
            return None
        return self.finding(
            case, "The id of the response is empty.", pointer=f"{shown[1]}/id",
            expected="an id", found='""', subject="id",
        )  # fmt: skip
