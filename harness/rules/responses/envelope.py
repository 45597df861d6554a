"""RESP-ENV: every payload says what it is, and has what its type needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.responses.grammar import LIFECYCLE
from harness.dialects.responses.state import ResponsesStream
from harness.findings import Severity
from harness.rules.responses.conservation import noticed
from harness.rules.responses.shape import member_of, taken, told, told_together, wrong_with
from harness.rules.rule import MALFORMED, MESSAGE, Rule

if TYPE_CHECKING:
    from harness.findings import Finding
    from harness.rules.case import Case


class TypeMissing(Rule[ResponsesStream]):
    """A payload has no string `type`, so no client can tell what it is.

    ## Why it matters

    Clients dispatch on `type` alone; the `event:` line is read by few. A typed client fails on the event and hides
    what it said: zed showed `missing field type` in place of the error that a gateway had sent (zed#63825). Others
    drop the event in silence.

    ## Violates

    ```example
    stream: responses/keepalive
    event keepalive: - type
    event keepalive: - sequence_number
    ```

    ```example
    stream: responses/text
    insert after response.in_progress: {"error":{"message":"upstream timed out","code":"timeout"}}
    ```

    ## Conforms

    ```example
    stream: responses/text
    ```

    ## How to mend

    Give every payload its `type`, errors included: `{"type":"error",...}`.
    """

    id = "RESP-ENV-001"
    severity = Severity.ERROR
    source = "Responses API reference, streaming events: every event has a type; zed#63825"
    on = ("type-missing",)
    exercised_by = (MESSAGE,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding:
        """Tell of it."""
        found = "nothing" if "type" not in case.body else "no string"
        return self.finding(
            case, f"The payload has {found} as its type.", pointer="/type", expected="a string", found=found
        )


class ResponseNotNested(Rule[ResponsesStream]):
    """The response object is not under `response` in an event of the response's life.

    ## Why it matters

    Clients read `event.response`. A gateway that sends the bare object as data is not understood at all: codex
    ignored every such event and waited for its end (sap-ai-core-llm-proxy#35).

    ## Violates

    ```example
    stream: responses/text
    event response.in_progress: - response
    ```

    A bare object in place of an event:

    ```example
    stream: responses/text
    insert after response.in_progress: {"id":"resp_1","object":"response","status":"in_progress","output":[]}
    ```

    ## Conforms

    ```example
    stream: responses/text
    ```

    ## How to mend

    Wrap the object: `{"type":"response.in_progress","sequence_number":1,"response":{...}}`.
    """

    id = "RESP-ENV-002"
    severity = Severity.ERROR
    source = "Responses API reference, streaming events; sap-ai-core-llm-proxy#35"
    on = (MALFORMED, "type-missing")
    exercised_by = LIFECYCLE
    supersedes = ("RESP-ENV-001",)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Look for the object where it should be, and for one that stands alone."""
        if case.signal is not None:
            if case.body.get("object") != "response":
                return None
            return self.finding(
                case,
                "A response object is sent as it is, not under `response` of an event.",
                pointer="",
                expected="an event with the object under response",
                found="the bare object",
                subject="a bare response object",
            )
        kind = case.body.get("type")
        if kind not in LIFECYCLE or not (mine := taken(case, ("/response",))):
            return None
        return told(self, case, mine[0], f"{kind} has no response object under `response`.")


class TypeUnknown(Rule[ResponsesStream]):
    """An event has a type that is in no SDK, was never seen from OpenAI, and has no vendor's prefix.

    ## Why it matters

    openai-node throws `Unhandled response stream event` on a type that it does not know, and clients in languages
    with closed unions fail to parse it. Even OpenAI's own `keepalive` broke them when it came
    (openai-node#1964, openai-java#767, openai-php/client#732). Heartbeats named `response.keep_alive`
    crashed the SDK of the gateway that sent them (OpenRouterTeam/python-sdk#266).

    ## Violates

    ```example
    stream: responses/text
    insert after response.in_progress: {"type":"response.keep_alive","sequence_number":2}
    ```

    ## Conforms

    An event of a vendor with its prefix:

    ```example
    stream: responses/text
    insert after response.in_progress: {"type":"acme:queue_position","sequence_number":2,"position":4}
    ```

    ```example
    stream: responses/keepalive
    ```

    ## Exceptions

    Four types that OpenAI sends are in no SDK and are not reported: `keepalive`, `response.rate_limits.updated`, and
    `response.apply_patch_call_operation_diff.delta` and `.done`. `response.reasoning_part.added` and `.done` of vLLM
    (vllm#30192; also recorded from Bedrock) are reported and still followed as the events of a content part.

    ## How to mend

    Use the type that the protocol has, or a name with the vendor's prefix and a colon, which clients pass over.
    """

    id = "RESP-ENV-003"
    severity = Severity.WARNING
    source = "Open Responses, Extending streaming events (MUST); openai-node: Unhandled response stream event"
    on = ("type-unknown",)
    exercised_by = (MESSAGE,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding:
        """Tell the type."""
        kind = noticed(case).found
        return self.finding(
            case, f"No event of the protocol has the type {kind}, and it has no vendor's prefix.",
            expected="a known type, or slug:name", found=kind, subject=str(kind),
        )  # fmt: skip


class PayloadMisshapen(Rule[ResponsesStream]):
    """A member that its event type needs is missing, or has the wrong JSON type.

    ## Why it matters

    Typed clients (Go, Rust, Java, zod in the AI SDK) reject the whole event for one wrong member, and several drop it
    in silence: llama.cpp's events without ids were lost so (llama.cpp#20607), and lemonade's without indexes
    ended up in the wrong item (lemonade#3607).

    ## Violates

    ```example
    stream: responses/text
    event 5: - delta
    ```

    ```example
    stream: responses/annotations
    event response.output_text.annotation.added: annotation_index = "0"
    ```

    ```example
    stream: responses/annotations
    event response.output_text.annotation.added: - annotation.title
    event response.output_text.annotation.added: - annotation.start_index
    event response.output_text.annotation.added: - annotation.end_index
    ```

    ## Conforms

    ```example
    stream: responses/annotations
    ```

    ## Exceptions

    Members that OpenAI's types came to require later than its first streams are never an error. What other rules
    speak of is theirs: numbers (RESP-SEQ-001), the response object (RESP-OBJ-001), `output_index` (RESP-ITEM-002),
    `item_id` (RESP-ITEM-007) and more.

    What one object lacks is one finding, and the same object in later events is a repeat of it: xAI's annotations
    have no `title`, `start_index` and `end_index` (vercel/ai, xai-web-search-tool-1), alone, in their part, in their
    item and in the response.

    ## How to mend

    Send the member as the API reference has it.
    """

    id = "RESP-ENV-004"
    severity = Severity.ERROR
    source = "types of openai-python 3.52.0, and what api.openai.com sends; llama.cpp#20607, lemonade#3607"
    on = (MALFORMED,)
    exercised_by = (MESSAGE,)
    general = True
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> tuple[Finding, ...]:
        """Report what no other rule took, one finding for each object that is wrong."""
        kind = case.body.get("type")
        left, case.problems = case.problems, []
        return told_together(
            self,
            case,
            left,
            lambda one: wrong_with(f"`{member_of(one)}`" if member_of(one) else "The payload", one),
            opening=f"{kind}: ",
        )
