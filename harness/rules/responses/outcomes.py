"""RESP-LIFE, second half, and RESP-ERR: what a response that ended says about why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.dialects.responses.state import ResponsesStream
from harness.findings import Severity
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


def response_here(case: Case[ResponsesStream]) -> tuple[dict[str, Any], str] | None:
    """The response object that is shown, and the pointer to it: in an event, or a whole answer."""
    if not case.streamed:
        return case.body, ""
    response = case.body.get("response")
    return (response, "/response") if isinstance(response, dict) else None


class BudgetNotIncomplete(Rule[ResponsesStream]):
    """A response that ran into a limit is not reported as incomplete, or does not say why it is.

    ## Why it matters

    An agent that is told `completed` acts on a text or a tool call that was cut in the middle: nine projects had this
    bug in the summer of 2026 (omlx#2817, bifrost#4679, unsloth#10177, inspect_ai#5198, ollama#17239, dynamo#12182,
    openclaw#142778, cherry-studio#20375, Switchyard#300), and agents settled on empty patches.

    ## Violates

    All of the budget is used up, and the response calls itself completed:

    ```example
    stream: responses/text
    request: {"model":"gpt-5.2","stream":true,"input":"Name two colours.","max_output_tokens":16}
    event response.created: response.max_output_tokens = 16
    event response.in_progress: response.max_output_tokens = 16
    event response.completed: response.max_output_tokens = 16
    event response.completed: response.usage.output_tokens = 16
    event response.completed: response.usage.total_tokens = 27
    ```

    ```example
    stream: responses/incomplete
    event response.incomplete: response.incomplete_details = null
    ```

    ## Conforms

    ```example
    stream: responses/incomplete
    ```

    ## Exceptions

    Any reason will do: OpenAI has `max_output_tokens`, `max_messages`, `content_filter` and `steered` by now. That a
    model stops of its own accord with its very last token cannot be told apart; no recorded official response did.

    ## How to mend

    Where the upstream's finish reason is a length or a filter, end with `response.incomplete` and set
    `incomplete_details.reason`.
    """

    id = "RESP-LIFE-008"
    severity = Severity.ERROR
    source = (
        "ten of ten official responses at their budget; omlx#2817, bifrost#4679, dynamo#12182, ollama#17239"
    )
    on = ("response.completed", "response.incomplete", WHOLE, MALFORMED)
    exercised_by = ("response.completed", "response.incomplete", WHOLE)
    streamed = None
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Compare what was used with what was allowed, or look for the reason."""
        shown = response_here(case)
        if shown is None or (case.streamed and case.body.get("type") not in self.on):
            return None
        response, where = shown
        status = response.get("status")
        if status == "incomplete":
            details = response.get("incomplete_details")
            if details is not None and (not isinstance(details, dict) or details.get("reason")):
                return None
            return self.finding(
                case, "The response is incomplete and does not say why.", pointer=f"{where}/incomplete_details",
                expected="a reason", found=details, subject="no reason",
            )  # fmt: skip
        budget = response.get("max_output_tokens")
        if budget is None and case.asked is not None:
            budget = case.asked.max_tokens
        usage = response.get("usage")
        used = usage.get("output_tokens") if isinstance(usage, dict) else None
        if (
            status != "completed"
            or type(budget) is not int
            or type(used) is not int
            or not used >= budget > 0
        ):
            return None
        return self.finding(
            case, f"All {budget} output tokens that were allowed are used up, and the response is called completed.",
            pointer=f"{where}/status", expected="incomplete", found="completed", subject="completed at the budget",
        )  # fmt: skip


class FailedWithoutError(Rule[ResponsesStream]):
    """A response that failed has no `error`.

    ## Why it matters

    Clients show and log `response.error`, and decide by its code whether to try again: codex repeats on
    `rate_limit_exceeded` and gives up on `context_length_exceeded`. Without it, a failure has no cause.

    ## Violates

    ```example
    stream: responses/failed
    event response.failed: response.error = null
    ```

    ## Conforms

    ```example
    stream: responses/failed
    ```

    ## Exceptions

    A response that was cancelled (also sent as `response.failed`) has none.

    ## How to mend

    Fill in `error` with a string `code` and a message; where nothing is known, `server_error`.
    """

    id = "RESP-LIFE-009"
    severity = Severity.ERROR
    source = "openai-python ResponseError; codex-rs sse/responses.rs"
    on = ("response.failed", WHOLE)
    streamed = None
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Look for the error."""
        shown = response_here(case)
        if shown is None or shown[0].get("status") != "failed" or shown[0].get("error") is not None:
            return None
        return self.finding(
            case, "The response failed and has no error.", pointer=f"{shown[1]}/error",
            expected="an error with code and message", found="null",
        )  # fmt: skip


class CompletedWithError(Rule[ResponsesStream]):
    """A completed response has an `error` or `incomplete_details`.

    ## Why it matters

    Clients look at either to tell failure from success: they throw a good answer away, or show a broken one as good.

    ## Violates

    ```example
    stream: responses/text
    event response.completed: response.incomplete_details = {"reason":"max_output_tokens"}
    ```

    ## Conforms

    ```example
    stream: responses/text
    ```

    ## How to mend

    Both are null in a completed response; a response with either is incomplete or failed.
    """

    id = "RESP-LIFE-010"
    severity = Severity.ERROR
    source = "no exception in 514 official streams"
    on = ("response.completed", WHOLE)
    streamed = None
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Look at both members."""
        shown = response_here(case)
        if shown is None or shown[0].get("status") != "completed":
            return None
        response, where = shown
        for member in ("error", "incomplete_details"):
            if response.get(member) is not None:
                return self.finding(
                    case, f"The response is completed, and has {member}.", pointer=f"{where}/{member}",
                    expected="null", found=response[member],
                )  # fmt: skip
        return None
