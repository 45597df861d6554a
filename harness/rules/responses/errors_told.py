"""RESP-LIFE and RESP-ERR: how a response and its stream tell an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.responses.state import ResponsesStream
from harness.findings import Severity
from harness.rules.responses.conservation import noticed
from harness.rules.responses.outcomes import response_here
from harness.rules.responses.shape import member_of, taken, told
from harness.rules.rule import MALFORMED, WHOLE, Rule

if TYPE_CHECKING:
    from harness.findings import Finding
    from harness.rules.case import Case

ERROR_CODES = frozenset({
    "server_error", "rate_limit_exceeded", "invalid_prompt", "vector_store_timeout", "invalid_image",
    "invalid_image_format", "invalid_base64_image", "invalid_image_url", "image_too_large", "image_too_small",
    "image_parse_error", "image_content_policy_violation", "invalid_image_mode", "image_file_too_large",
    "unsupported_image_media_type", "empty_image_file", "failed_to_download_image", "image_file_not_found",
    "bio_policy", "insufficient_quota", "context_length_exceeded", "content_policy_violation",
})  # fmt: skip
"""Codes of `response.error`: those of the SDK's type, and three that real servers send besides."""


class ErrorEventShape(Rule[ResponsesStream]):
    """An `error` event has neither of the two shapes that clients read.

    ## Why it matters

    The SDK's type is flat (`message`, `code`, `param` beside `type`), while OpenAI was recorded sending it nested under
    `error`. openai-python swallows the flat one (`Didn't receive a response.completed event`) and raises on the nested
    one. What has no message in either place tells nobody anything.

    ## Violates

    ```example
    stream: responses/error_then_failed
    event error: - error
    ```

    ## Conforms

    ```example
    stream: responses/error_then_failed
    ```

    The flat one:

    ```example
    stream: responses/error_then_failed
    event error: - error
    event error: message = "You exceeded your current quota."
    event error: code = "insufficient_quota"
    event error: param = null
    ```

    ## Exceptions

    Profiles for Open Responses want the nested one and report the flat one; the others take both.

    ## How to mend

    Send `{"type":"error","sequence_number":N,"error":{"type":...,"code":...,"message":...,"param":null}}`.
    """

    id = "RESP-LIFE-011"
    severity = Severity.WARNING
    source = (
        "openai-python ResponseErrorEvent (flat); OpenAI, ai openai-error-1 (nested); Open Responses, Errors"
    )
    on = ("error", MALFORMED)
    exercised_by = ("error",)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Look for the message; under a profile that wants one shape, for that."""
        body = case.body
        if body.get("type") != "error":
            return None
        mine = taken(
            case,
            [member_of(one) for one in case.problems if member_of(one) not in {"/sequence_number", "/type"}],
        )
        if mine:
            members = ", ".join(member_of(one) for one in mine)
            return told(self, case, mine[0], f"The error event cannot be read: {members} is not as expected.")
        if self.options.get("shape") == "nested" and not isinstance(body.get("error"), dict):
            return self.finding(
                case, "The error event is flat, not nested under `error`.", pointer="/error",
                expected="an object", found="nothing", subject="flat",
            )  # fmt: skip
        return None


class ErrorWithoutFailed(Rule[ResponsesStream]):
    """An `error` event is not followed by `response.failed`.

    ## Why it matters

    codex ignores `error` and knows only `response.failed`: it shows `stream closed before response.completed` and hides
    the cause (codex-proxy-rs#90). The response object that a client holds stays in progress.

    ## Violates

    ```example
    stream: responses/error_then_failed
    drop response.failed
    ```

    ## Conforms

    ```example
    stream: responses/error_then_failed
    ```

    ## Exceptions

    It is a warning, and the only finding: real servers do end so. Silent where the body was cut.

    ## How to mend

    After `error`, send `response.failed` with the same error in the response object.
    """

    id = "RESP-LIFE-012"
    severity = Severity.WARNING
    source = "OpenAI, ai openai-error-1: error, then response.failed; codex-proxy-rs#90"
    on = ("error-without-failed", "event-after-error")
    exercised_by = ("error",)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell what came instead."""
        signal = noticed(case)
        at_end = signal.kind == "error-without-failed"
        if at_end and case.cut_off:
            return None
        return self.finding(
            case, f"After the error event comes {signal.found}, not response.failed.",
            expected="response.failed", found=signal.found, subject="after error",
            part="ending" if at_end else "body",
        )  # fmt: skip


class ResponseErrorShape(Rule[ResponsesStream]):
    """The error of a response that failed has no string code, no message, or a code that nobody knows.

    ## Why it matters

    Clients compare `error.code` with strings to decide whether to try again, and typed ones fail to parse a number
    there, so that the failure itself is lost.

    ## Violates

    ```example
    stream: responses/failed
    event response.failed: response.error.code = 500
    ```

    ```example
    stream: responses/failed
    event response.failed: response.error.message = ""
    ```

    A code that no client has heard of, which is a warning:

    ```example
    stream: responses/failed
    event response.failed: response.error.code = "upstream_5xx"
    ```

    ## Conforms

    ```example
    stream: responses/failed
    ```

    ## How to mend

    Translate the upstream's code to one of the SDK's; `server_error` fits where nothing else does.
    """

    id = "RESP-ERR-001"
    severity = Severity.ERROR
    source = "openai-python ResponseError; codex-rs sse/responses.rs"
    on = ("response.failed", WHOLE, MALFORMED)
    exercised_by = ("response.failed", WHOLE)
    streamed = None
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Look at code and message."""
        shown = response_here(case)
        if shown is None:
            return None
        response, where = shown
        members = (f"{where}/error/code", f"{where}/error/message", f"{where}/error")
        if mine := taken(case, members):
            return told(self, case, mine[0], f"`{mine[0].field}` of the response's error is {mine[0].found}.")
        error = response.get("error")
        if response.get("status") != "failed" or not isinstance(error, dict) or case.problems:
            return None
        if not error.get("message"):
            return self.finding(
                case, "The response's error has an empty message.", pointer=f"{where}/error/message",
                expected="a message", found="nothing",
            )  # fmt: skip
        code = error.get("code")
        if code not in ERROR_CODES:
            return self.finding(
                case, f"The response's error has a code that no client knows: {code}.",
                pointer=f"{where}/error/code", expected="a known code", found=code, severity=Severity.WARNING,
                subject=f"code {code}",
            )  # fmt: skip
        return None
