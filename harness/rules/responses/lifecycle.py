"""RESP-LIFE, first half: how a response begins, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.responses.grammar import LIFECYCLE, STATUSES, TERMINALS
from harness.dialects.responses.state import ResponsesStream
from harness.findings import Severity
from harness.rules.responses.conservation import noticed
from harness.rules.rule import CLOSE, MESSAGE, Rule

if TYPE_CHECKING:
    from harness.findings import Finding
    from harness.rules.case import Case


class CreatedNotFirst(Rule[ResponsesStream]):
    """The first event is not `response.created`.

    ## Why it matters

    Both official SDKs refuse the stream: openai-python raises `expected 'response.created' event`, openai-node throws
    as well. Streams that begin with a delta (litellm#22102), with the end (litellm#9545), or with an item
    (sglang#12650) cannot be used with them at all.

    ## Violates

    ```example
    stream: responses/text
    drop response.created
    ```

    ```example
    stream: responses/text
    move response.in_progress before response.created
    ```

    ## Conforms

    ```example
    stream: responses/text
    ```

    ```example
    stream: responses/resumed
    ```

    ## Exceptions

    A stream that resumes another (`starting_after` in the request; where no request is known, a first number above 0)
    begins wherever it was left. A stream that begins with `error` is RESP-LIFE-012's.

    ## How to mend

    Send `response.created` with the response object before everything else, then `response.in_progress`.
    """

    id = "RESP-LIFE-001"
    severity = Severity.ERROR
    source = "openai-python and openai-node accumulators; litellm#9545, litellm#22102, sglang#12650"
    on = ("created-not-first",)
    exercised_by = (MESSAGE,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding:
        """Tell what came first."""
        kind = noticed(case).found
        return self.finding(
            case, f"The stream begins with {kind}, not with response.created.",
            expected="response.created", found=kind, subject=str(kind),
        )  # fmt: skip


class CreatedAgain(Rule[ResponsesStream]):
    """`response.created` comes a second time.

    ## Why it matters

    Accumulators start anew with the second one, or raise: what was streamed before it is lost.

    ## Violates

    ```example
    stream: responses/text
    repeat response.created
    ```

    ## Conforms

    ```example
    stream: responses/text
    ```

    ## Exceptions

    Two responses one after the other in one body are told as what follows an end (RESP-LIFE-006).

    ## How to mend

    A retry upstream goes on with the response that was announced, or ends it with `response.failed`.
    """

    id = "RESP-LIFE-002"
    severity = Severity.ERROR
    source = "521 of 521 official streams; openai-python: the first event sets the snapshot"
    on = ("created-again",)
    exercised_by = ("response.created",)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding:
        """Tell of it."""
        return self.finding(case, "response.created comes a second time.", expected="one response.created")


class QueuedMisplaced(Rule[ResponsesStream]):
    """`response.queued` comes for a response that is not in the background, or after its work began.

    ## Why it matters

    Clients that show a queue position go back from "working" to "waiting"; state machines made after the documentation
    have no such transition.

    ## Violates

    ```example
    stream: responses/background
    move response.in_progress before response.queued
    ```

    ```example
    stream: responses/background
    request: {"model":"gpt-5.2","stream":true,"input":"Name two colours."}
    ```

    ## Conforms

    ```example
    stream: responses/background
    ```

    ## Exceptions

    A resumed stream may begin with it (pydantic-ai's background_mode_streaming_starting_after). Without a request,
    only its place is judged.

    ## How to mend

    Send it, if at all, between `response.created` and `response.in_progress`, for requests with `background: true`.
    """

    id = "RESP-LIFE-003"
    severity = Severity.WARNING
    source = "six official background streams; queued in no other"
    on = ("queued-misplaced", "response.queued")
    exercised_by = ("response.queued",)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Look at its place, and at the request."""
        if case.signal is not None:
            return self.finding(
                case, "response.queued comes after response.in_progress.", expected=noticed(case).expected
            )
        asked = case.asked
        if asked is None or asked.background or case.stream.resumed:
            return None
        return self.finding(
            case, "The response is queued, and the request does not ask for a background response.", pointer="/type",
            expected="background: true in the request", found="no such request", subject="no background request",
        )  # fmt: skip


class InProgressOnce(Rule[ResponsesStream]):
    """`response.in_progress` does not come exactly once before the first item.

    ## Why it matters

    All official streams have it right after `response.created` (and `response.queued`). A client may take it as the
    moment at which work begins, and a second one as another response.

    ## Violates

    ```example
    stream: responses/text
    drop response.in_progress
    ```

    ```example
    stream: responses/text
    repeat response.in_progress
    ```

    ## Conforms

    ```example
    stream: responses/background
    ```

    ## How to mend

    Send it once, before the first `response.output_item.added`.
    """

    id = "RESP-LIFE-004"
    severity = Severity.WARNING
    source = "exactly one in 524 of 524 official streams"
    on = ("in-progress-missing", "in-progress-again")
    exercised_by = ("response.created", "response.in_progress")
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding:
        """Tell which of the two."""
        signal = noticed(case)
        if signal.kind == "in-progress-again":
            return self.finding(case, "response.in_progress comes a second time.", subject=signal.kind)
        return self.finding(
            case, f"{signal.found} comes before response.in_progress.", expected=signal.expected,
            found=signal.found, subject=signal.kind,
        )  # fmt: skip


class TerminalMissing(Rule[ResponsesStream]):
    """The stream does not end with exactly one of `response.completed`, `response.incomplete`, `response.failed`.

    ## Why it matters

    codex gives up with `stream closed before response.completed` and repeats the whole request, which costs the tokens
    again (ollama#17118, ollama#14600, talon#254). openai-python raises in `get_final_response()`; openai-node accepts
    the stream and reports a response that is for ever in progress.

    ## Violates

    ```example
    stream: responses/text
    drop response.completed
    ```

    ```example
    stream: responses/text
    repeat response.completed
    ```

    ## Conforms

    ```example
    stream: responses/failed
    ```

    ```example
    stream: responses/incomplete
    ```

    ## Exceptions

    Silent where it was not the server that ended the body, or where the body is cut: the end may be in what was lost.
    `error` and then the end is RESP-LIFE-012.

    ## How to mend

    End every stream with one of the three, also where the upstream broke off: then it is `response.failed`.
    """

    id = "RESP-LIFE-005"
    severity = Severity.ERROR
    source = "exactly one in 524 of 524 official streams; codex: stream closed before response.completed; ollama#17118"
    on = ("terminal-missing", "second-terminal")
    exercised_by = (CLOSE,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell which of the two."""
        signal = noticed(case)
        if signal.kind == "second-terminal":
            return self.finding(
                case, f"{signal.found} comes after the response has ended.", expected=signal.expected,
                found=signal.found, subject=signal.kind,
            )  # fmt: skip
        if case.cut_off or not case.wire.events:
            return None
        return self.finding(
            case, "The stream ends while the response is still in progress.", expected=signal.expected,
            found=signal.found, subject=signal.kind, part="ending",
        )  # fmt: skip

    def exercised(self, case: Case[ResponsesStream], seen: frozenset[str] | set[str]) -> bool:
        """Wherever a stream was read to its end."""
        return CLOSE in seen and not case.cut_off


class EventAfterTerminal(Rule[ResponsesStream]):
    """An event follows the one that ended the response.

    ## Why it matters

    Clients stop reading at the end and lose what follows; those that read on overwrite the finished response
    (chatlas#282).

    ## Violates

    ```example
    stream: responses/text
    insert after response.completed: {"type":"response.audio.done"}
    ```

    ## Conforms

    ```example
    stream: responses/text
    insert after response.completed: {"type":"response.rate_limits.updated","sequence_number":12}
    ```

    ## Exceptions

    `response.rate_limits.updated`, `keepalive`, vendor events and `[DONE]` may follow: OpenAI sends the first
    (chatlas#282). A second response in the same body is one finding here, and its events are not judged.

    ## How to mend

    Hold the end back until everything else is sent; flush what is open before it.
    """

    id = "RESP-LIFE-006"
    severity = Severity.ERROR
    source = "the terminal event is the last of 524 official streams; chatlas#282"
    on = ("event-after-terminal",)
    exercised_by = TERMINALS
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding:
        """Tell the event."""
        kind = noticed(case).found
        return self.finding(
            case, f"{kind} comes after the response has ended.", expected=noticed(case).expected, found=kind,
            subject="after the end",
        )  # fmt: skip


class StatusMisfit(Rule[ResponsesStream]):
    """The status of the response object does not fit the event that carries it.

    ## Why it matters

    Some clients act on the event's type and others on `response.status`: where the two disagree, one takes a response
    for finished that another still waits for.

    ## Violates

    ```example
    stream: responses/text
    event response.completed: response.status = "in_progress"
    ```

    ## Conforms

    ```example
    stream: responses/background
    ```

    ```example
    stream: responses/failed
    ```

    ## How to mend

    Set the status in each snapshot: `in_progress` or `queued` at first, then what the terminal event is called;
    `response.failed` also carries `cancelled`.
    """

    id = "RESP-LIFE-007"
    severity = Severity.ERROR
    source = "no exception in 1,575 official snapshots"
    on = ("status-misfit",)
    exercised_by = LIFECYCLE
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding:
        """Tell the status."""
        kind, signal = str(case.body.get("type")), noticed(case)
        return self.finding(
            case, f"{kind} carries a response with the status {signal.found}.",
            expected=" or ".join(STATUSES.get(kind, ())), found=signal.found, subject=f"{kind} {signal.found}",
        )  # fmt: skip
