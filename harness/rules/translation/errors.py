"""XLAT-ERR: what goes wrong upstream goes wrong downstream, and says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.cassettes.exchange import How
from harness.cassettes.redaction.placeholder import around_placeholders
from harness.findings import Severity
from harness.rules.ends import MISSING_AT_THE_END
from harness.rules.translation.comparison import Comparison, may_be_refused, upstream_of

if TYPE_CHECKING:
    from harness.rules.case import Case, Half
    from harness.rules.rule import Found
    from harness.turn.turn import Turn

_KEPT = frozenset({400, 404, 409, 413, 422, 429})
"""Statuses that are the client's own doing, or that it must see to wait: a gateway has no reason to change them.

408 is none of them: it says that upstream waited in vain for the gateway's request, which a client is told as 504.
"""
_LIMITED: Final = 429
_LATER: Final = frozenset({429, 503, 529})
"""Statuses that ask to come again later."""
_FINAL: Final = frozenset({400, 413, 422})
"""Statuses of a request that is refused however often it is sent."""
_SERVERS: Final = 500
"""From here on clients try again."""


class ErrorAsSuccess(Comparison):
    """Upstream sent an error, and the client was sent an answer that looks whole.

    ## Why it matters
    The client takes half an answer, or none at all, for the answer, and does not try again.

    ## Violates
    ```example
    stream: translation/chat_text
    --- upstream
    stream: anthropic/text
    drop content_block_stop
    drop message_delta
    drop message_stop
    insert after content_block_stop: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}
    ```

    ```example
    stream: translation/chat_error
    drop -2
    --- upstream
    stream: anthropic/error
    ```

    ```example
    stream: translation/responses_empty
    --- upstream
    status: 429
    dialect: anthropic
    header: content-type: application/json
    body:
    {"type":"error","error":{"type":"rate_limit_error","message":"Too many requests"}}
    ```

    ## Conforms
    ```example
    stream: translation/responses_failed
    --- upstream
    stream: anthropic/error
    ```

    ```example
    stream: translation/chat_error
    --- upstream
    stream: anthropic/error
    ```
    """

    id = "XLAT-ERR-001"
    severity = Severity.ERROR
    of_failures = True
    source = "OmniRoute#8210, Portkey#1142, Portkey#1143"
    supersedes = (*MISSING_AT_THE_END, "XLAT-TEXT-001", "XLAT-USE-007", "XLAT-FIN-001", "XLAT-EMPTY-001")

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Upstream sent an error."""
        del mine
        return theirs.error is not None and not case.left_early

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Look whether the client was told."""
        if mine.error is not None or mine.ended != "clean" or theirs.error is None:
            return None
        return self.told(
            case,
            f"Upstream sent an error ({theirs.error.code or theirs.error.status}), and the client a whole answer.",
            expected=theirs.error.message or "an error",
            found=next((one.native for one in mine.choices if one.native), "an end"),
        )


class ErrorSwallowed(Comparison):
    """Upstream sent an error in the middle of the answer, and the client's stream just ends.

    Chat has an object with `error` for that; Responses has `response.failed`, with an `error` event before it or
    without.

    ## Why it matters
    A stream that ends without a word looks like a broken connection; the client cannot say what happened, and cannot
    know whether to try again.

    ## Violates
    ```example
    stream: translation/chat_error
    drop -2
    drop -1
    --- upstream
    stream: anthropic/error
    ```

    ```example
    stream: translation/responses_failed
    drop response.failed
    --- upstream
    stream: anthropic/error
    ```

    ## Conforms
    ```example
    stream: translation/chat_error
    --- upstream
    stream: anthropic/error
    ```

    ```example
    stream: translation/responses_failed
    --- upstream
    stream: anthropic/error
    ```

    ## Exceptions
    Where the gateway breaks the connection off itself, the client sees at least that; it is a warning then.
    """

    id = "XLAT-ERR-002"
    severity = Severity.ERROR
    of_failures = True
    source = "talon#254, private-ai-gateway#98, codex-proxy-rs#90"
    supersedes = (*MISSING_AT_THE_END, "XLAT-ERR-003")

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Upstream sent an error inside its stream, and the client was there to the end."""
        del mine
        return (
            theirs.error is not None and theirs.error.status is None and case.streamed and not case.left_early
        )

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Look whether the client was told anything."""
        if mine.error is not None or mine.ended != "cut" or theirs.error is None:
            return None
        return self.finding(
            case,
            f"Upstream sent an error ({theirs.error.code}), and the client's stream just ends.",
            pointer="",
            expected=theirs.error.message or "an error",
            found="the end of the body",
            severity=Severity.WARNING if case.broken_off else None,
            subject=self.slug(),
        )


class EndInvented(Comparison):
    """Upstream's stream broke off, and the client's ends as if nothing were missing.

    ## Why it matters
    Half an answer is sold as an answer: a truncated patch is applied, a truncated file saved.

    ## Violates
    ```example
    stream: translation/chat_text
    --- upstream
    stream: anthropic/text
    drop message_delta
    drop message_stop
    event content_block_delta#1: delta.text = " in the Oslofjord"
    ```

    ```example
    stream: translation/chat_error
    drop -2
    --- upstream
    request: none
    stream: anthropic/text
    event content_block_delta: delta.text = "The Glomma"
    event content_block_delta#1: delta.text = " is"
    drop content_block_delta#2
    drop content_block_stop
    drop message_delta
    drop message_stop
    ```

    ```example
    stream: translation/chat_text
    --- upstream
    stream: anthropic/text
    drop message_delta
    drop message_stop
    event content_block_delta#1: delta.text = " in the Oslofjord"
    ending: timeout
    ```

    ## Conforms
    ```example
    stream: translation/chat_error
    --- upstream
    request: none
    stream: anthropic/text
    event content_block_delta: delta.text = "The Glomma"
    event content_block_delta#1: delta.text = " is"
    drop content_block_delta#2
    drop content_block_stop
    drop message_delta
    drop message_stop
    ```

    ## Exceptions
    Nothing is judged where the gateway itself left upstream's stream before its end, unless it did so because its own
    time limit ran out.
    """

    id = "XLAT-ERR-003"
    severity = Severity.ERROR
    of_failures = True
    source = "macprovider#186, tracker#544"
    supersedes = (*MISSING_AT_THE_END, "XLAT-USE-007", "XLAT-FIN-001")

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Upstream's stream has no end, and the gateway waited for one as long as it would."""
        del mine
        theirs_case = upstream_of(case).case
        ending = theirs_case.ending
        timed_out = ending is not None and ending.how is How.TIMEOUT
        return theirs.ended == "cut" and (timed_out or not theirs_case.left_early) and not case.left_early

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Look whether the client was told an end."""
        del theirs
        if mine.error is not None or mine.ended != "clean":
            return None
        found = next((one.native for one in mine.choices if one.native), "[DONE]")
        return self.told(
            case,
            f"{_came(upstream_of(case))}, and the client was told {found}.",
            expected="an error",
            found=found,
        )


def _came(half: Half) -> str:
    """What there was of upstream's answer."""
    if not half.is_answered:
        return "Upstream gave no answer"
    return (
        "Upstream's stream broke off"
        if half.case.streamed
        else "Upstream answered with what is no whole answer"
    )


class ErrorReworded(Comparison):
    """The message or the status of upstream's error did not arrive.

    ## Why it matters
    People read the message to know what to mend, and programs the status to know whether to wait, to try again or to
    give up. "Internal error" for a prompt that is too long helps neither.

    The SDKs raise a `RateLimitError` for 429, and who catches it waits, or goes to another model; a 500 in its place
    looks like a defect, and alarms people. A 400, 413 or 422 the SDKs raise at once; a 500, 502 or 429 in its place they
    take for something that passes, and send the same request again twice, in vain.

    ## How to mend
    Pass on the status of upstream's answer where it is the client's own doing, and its message in that of the error.

    ## Violates
    ```example
    stream: translation/chat_error
    event -2: error.message = "Something went wrong."
    --- upstream
    stream: anthropic/error
    ```

    ```example
    status: 500
    header: content-type: application/json
    header: x-request-id: req_1
    body:
    {"error":{"message":"Too many requests","type":"server_error","param":null,"code":"rate_limit_exceeded"}}
    --- upstream
    status: 429
    dialect: anthropic
    header: content-type: application/json
    body:
    {"type":"error","error":{"type":"rate_limit_error","message":"Too many requests"}}
    ```

    ## Conforms
    ```example
    stream: translation/responses_failed
    --- upstream
    stream: anthropic/error
    ```

    ```example
    status: 504
    header: content-type: application/json
    header: x-request-id: req_1
    body:
    {"error":{"message":"Timed out","type":"server_error","param":null,"code":"upstream_timeout"}}
    --- upstream
    status: 408
    dialect: anthropic
    header: content-type: application/json
    body:
    {"type":"error","error":{"type":"timeout_error","message":"Timed out"}}
    ```

    ## Exceptions
    It is an error where programs do the wrong thing, as above, and a warning otherwise. The gateway may put words around
    the message, and hide a secret that is in it. Statuses are compared only where they
    are the client's own doing or ask it to wait (400, 404, 409, 413, 422, 429): a wrong key of the gateway's own, or a
    failing upstream, may well be a 502 downstream, and a 408, which is about the gateway's own request, a 504. A 503 in
    place of a 429 asks to come again later as well, and a model that is not found may be a fault of the gateway's own
    configuration: both are warnings. Of a stream that cannot be read whole, the gateway may say that instead.
    """

    id = "XLAT-ERR-004"
    severity = Severity.ERROR
    of_failures = True
    source = "jmunch-mcp#5"

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Both halves hold an error."""
        del case
        return mine.error is not None and theirs.error is not None

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Compare message and status."""
        here, there = mine.error, theirs.error
        if here is None or there is None:
            return None
        if there.status in _KEPT and here.status is not None and here.status != there.status:
            message = f"Upstream answered {there.status}, and the client was answered {here.status}."
            return self.told(
                case,
                message,
                expected=there.status,
                found=here.status,
                subject="status",
                severity=None if _misleads(there.status, here.status) else Severity.WARNING,
            )
        words = (there.message or "").strip()
        if words and not may_be_refused(mine, case) and not _holds(here.message or "", words):
            return self.told(
                case,
                "The message of upstream's error did not arrive.",
                expected=words,
                found=here.message or "no message",
                subject="message",
                severity=Severity.WARNING,
            )
        return None


def _misleads(upstream: int, status: int) -> bool:
    """Whether programs do something else because of the status that they get."""
    if upstream == _LIMITED:
        return status not in _LATER
    return upstream in _FINAL and (status >= _SERVERS or status == _LIMITED)


def _holds(message: str, words: str) -> bool:
    """Whether a message has these words; where a secret was among them, whatever was put in its place.

    Recorders hide what they know by its name and what looks like a secret by its kind, and a gateway may have hidden it
    before either: what stands there differs from half to half.
    """
    if words in message:
        return True
    around = around_placeholders(words)
    if len(around) == 1:
        return False
    at = 0
    for piece in around:
        found = message.find(piece.strip(), at)
        if found < 0:
            return False
        at = found + len(piece.strip())
    return True
