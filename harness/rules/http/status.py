"""HTTP-STATUS: the status says whether it went well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.jsonvalue import compact
from harness.rules.ends import MISSING_AT_THE_END
from harness.rules.rule import CLOSE, ERROR_INSTEAD, MALFORMED, WHOLE, Found, Rule

if TYPE_CHECKING:
    from harness.rules.case import Case


def _shown(case: Case[Any]) -> str:
    return compact(case.body.get("error"))[:80]


class ErrorAsSuccess(Rule[Any]):
    """A stream was asked for; instead an error comes, with a status that says success.

    ## Why it matters
    Before the first event the server can still send a status, and clients retry, or raise the right exception, by it
    alone. With 200 openai-python looks for events in the JSON, finds none, and hands out an empty answer.

    ## Violates
    ```example
    request: {"model":"gpt-4.1","stream":true,"messages":[{"role":"user","content":"Hi"}]}
    body:
    {"error":{"message":"The server had an error.","type":"server_error","param":null,"code":null}}
    ```

    ## Conforms
    ```example
    request: {"model":"gpt-4.1","stream":true,"messages":[{"role":"user","content":"Hi"}]}
    status: 500
    body:
    {"error":{"message":"The server had an error.","type":"server_error","param":null,"code":null}}
    ```
    """

    id = "HTTP-STATUS-001"
    severity = Severity.ERROR
    source = "preloop#121, auto_ai_router#149, TGI#1896"
    on = (ERROR_INSTEAD,)
    exercised_by = (CLOSE,)
    needs = ("request",)
    streamed = False
    supersedes = ("HTTP-STATUS-003", "HTTP-MODE-002", "HTTP-CT-001", "HTTP-CT-002")

    def observe(self, case: Case[Any]) -> Found:
        """Judge an error that is all there is."""
        if case.asked is None or not case.asked.stream:
            return None
        return self.finding(
            case, f"The request failed, and the status is {case.status or 200}.", pointer="/error",
            expected="a status of 400 or more", found=_shown(case), subject="error",
        )  # fmt: skip


class NoEvents(Rule[Any]):
    """A stream carries no event but `[DONE]`.

    ## Why it matters
    There is no answer and no error: openai-python's helper fails with an `AssertionError`, openai-node says
    `request ended without sending any chunks`. Usually the server failed after it had sent its head, and
    swallowed the reason.

    ## Violates
    ```example
    request: {"model":"gpt-4.1","stream":true,"messages":[{"role":"user","content":"Hi"}]}
    events:
    [DONE]
    ```

    ```example
    dialect: responses
    request: {"model":"gpt-5.2","stream":true,"input":"Hi"}
    header: content-type: text/event-stream
    body:
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```
    """

    id = "HTTP-STATUS-002"
    severity = Severity.ERROR
    source = "preloop#121; SDKs raise (measured)"
    on = (CLOSE,)
    supersedes = ("RESP-LIFE-001", "CHAT-ROLE-001", *MISSING_AT_THE_END)

    def observe(self, case: Case[Any]) -> Found:
        """Judge the end."""
        wire = case.wire
        if (
            wire.events > wire.done
            or wire.truncated
            or case.left_early
            or (case.status is not None and case.status >= 400)
        ):
            return None
        what = "[DONE]" if wire.done else f"{wire.bytes:,} bytes"
        return self.finding(
            case, "The stream carries no event.", expected="an event", found=what, subject="empty"
        )


class ErrorInAnswer(Rule[Any]):
    """A whole answer with a status that says success has an `error`.

    ## Why it matters
    Clients look at the status. The error is read as an answer without choices, and fails somewhere else, with
    another message.

    ## Violates
    ```example
    request: {"model":"gpt-4.1","messages":[{"role":"user","content":"Hi"}]}
    body:
    {"error":"Input validation error: too long","error_type":"validation"}
    ```

    ## Conforms
    ```example
    stream: chat/whole_text
    ```

    ## Exceptions
    A Responses answer whose status is `failed` holds its error by design.
    """

    id = "HTTP-STATUS-003"
    severity = Severity.ERROR
    source = "TGI#1896"
    on = (ERROR_INSTEAD, WHOLE, MALFORMED)
    streamed = False

    def observe(self, case: Case[Any]) -> Found:
        """Judge a whole answer."""
        body = case.body
        if body.get("error") is None or body.get("status") == "failed":
            return None
        return self.finding(
            case, f"The answer is an error, and the status is {case.status or 200}.", pointer="/error",
            expected="a status of 400 or more", found=_shown(case), subject="error",
        )  # fmt: skip
