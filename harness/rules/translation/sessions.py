"""XLAT-STREAM and XLAT-ID: what only a run of scenarios can judge.

A rule is shown one exchange, or one with its upstream half. These need more than that: two answers to the same upstream
answer, fifty sessions side by side, or one clock at both ends. `harness.sandwich` has it and judges them; here are
their pages, so that each is found, linked, named in a baseline and frozen in a ruleset as every rule is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from harness.findings import Severity
from harness.rules.rule import Rule

if TYPE_CHECKING:
    from harness.rules.case import Case
    from harness.rules.rule import Found, Need


class OfRuns(Rule[Any]):
    """A rule that only a run of scenarios can judge: here nothing is shown to it."""

    on: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[Need, ...]] = ("run",)
    dialects: ClassVar[tuple[str, ...]] = ("chat", "responses")
    streamed: ClassVar[bool | None] = None

    def observe(self, case: Case[Any]) -> Found:
        """Nothing: it is never asked."""
        del case
        return None


class StreamUnlikeWhole(OfRuns):
    """The stream amounts to something else than the whole answer to the same request.

    The same request is sent twice, once for a stream and once for a whole answer, and upstream says the same both
    times. What the stream amounts to (texts, thoughts, refusals, calls with their arguments, reasons to stop) has to be
    what the whole answer says.

    ## Why it matters
    A gateway that translates the two in different code gives answers that change when a developer switches streaming
    on. Clients that stream in one place and do not in another see two models.

    ## How to mend
    Make the whole answer of the same state that the stream is made of.

    ## Violates
    ```
    stream   content "One moment."   tool_calls get_weather({"city": "Oslo"})
    whole    content null            tool_calls get_weather({"city": "Oslo"})
    ```

    ## Conforms
    ```
    stream   content "One moment."   tool_calls get_weather({"city": "Oslo"})
    whole    content "One moment."   tool_calls get_weather({"city": "Oslo"})
    ```

    ## Exceptions
    Ids, times and usage are not compared. Only `harness conform` has both answers: scenario `behaviour-whole-is-fold`.
    """

    id = "XLAT-STREAM-001"
    severity = Severity.ERROR
    source = "AIClient2API#471"


class RepeatUnlike(OfRuns):
    """The same request, answered by upstream with the same bytes, is answered in two ways.

    But for ids and times both answers of the gateway have to be the same; how text is cut into deltas may differ.

    ## Why it matters
    What differs otherwise was made up, or was left over from another request. Recorded tests and caches break on it, and
    nobody who looks for the cause of a defect sees it twice.

    ## How to mend
    Look for state that outlives a request, and for values that are drawn at random.

    ## Violates
    ```
    first    usage prompt_tokens 21, completion_tokens 13
    second   usage prompt_tokens 42, completion_tokens 26
    ```

    ## Conforms
    ```
    first    id chatcmpl-1   created 1760000000   usage prompt_tokens 21, completion_tokens 13
    second   id chatcmpl-2   created 1760000001   usage prompt_tokens 21, completion_tokens 13
    ```

    ## Exceptions
    Only `harness conform` has both answers: scenario `behaviour-repeat`.
    """

    id = "XLAT-STREAM-002"
    severity = Severity.ERROR
    source = "a property that every replay of a recording can show"


class UpstreamNotLeft(OfRuns):
    """The client has left, and the upstream is read on.

    The client hung up amid the stream. The gateway has to hang up its own request then, and soon.

    ## Why it matters
    Nobody reads what is still generated, and somebody pays for it; a model on one's own machine is kept from the next
    user. It happens whenever somebody closes a chat or presses stop.

    It is a warning: no client is told anything wrong, and some gateways read on by design, to bill or to store the
    whole answer. Whoever wants it counted uses `--strict`.

    ## How to mend
    Close the upstream's response when writing to the client fails, or its connection is closed.

    ## Violates
    ```
    0.4 s   the client hangs up
    5.0 s   upstream sends its last event, and is read to it
    ```

    ## Conforms
    ```
    0.4 s   the client hangs up
    0.5 s   the gateway hangs up
    ```

    ## Exceptions
    A gateway may notice when it next writes, so two seconds are given. Only `harness conform` has one clock at both
    ends: scenario `behaviour-leaving`.
    """

    id = "XLAT-STREAM-005"
    severity = Severity.WARNING
    source = "measured: a client's closing is seen by most servers at their next write"


class SessionsCrossed(OfRuns):
    """A session holds something of another one.

    Fifty clients ask at the same time, each with a secret word of its own, which upstream puts into its answer and its
    ids. No answer and no request to upstream may hold the word of another session, and each answer has to be as one
    that was asked for alone.

    ## Why it matters
    People read what others wrote. It happens under load only, so that no test with a client at a time shows it.

    ## How to mend
    Keep what belongs to a request in that request: look for module-level state and shared buffers.

    ## Violates
    ```
    session 7   Your word is hx-7f31.
    session 8   Your word is hx-7f31.
    ```

    ## Conforms
    ```
    session 7   Your word is hx-7f31.
    session 8   Your word is hx-80c2.
    ```

    ## Exceptions
    A session that is refused in a crowd, as by a limit of requests, is a warning. Only `harness conform` has a crowd:
    scenario `behaviour-crosstalk`.
    """

    id = "XLAT-STREAM-006"
    severity = Severity.ERROR
    source = "measured: gateways with one buffer for all requests"


class AnswersShareAnId(OfRuns):
    """Answers to different requests have the same id.

    Fifty clients ask at the same time, and upstream gives each answer an id of its own. At least half of the gateway's
    answers have one id in common.

    ## Why it matters
    The id of an answer is unique by the API's own words. `previous_response_id` and `GET /v1/responses/ID` lead to
    somebody else's conversation where it is not; logs, traces and caches that are kept by id take one answer for
    another, and clients that put chunks together by their id mix two streams.

    In Chat Completions nothing is asked for by that id, so that it is a warning there.

    ## How to mend
    Pass on the upstream's id, or make one for each request; a constant that was meant for a test stays behind easily.

    ## Violates
    ```
    session 7   {"id": "chatcmpl-1", "choices": ...}
    session 8   {"id": "chatcmpl-1", "choices": ...}
    ```

    ## Conforms
    ```
    session 7   {"id": "chatcmpl-7f31", "choices": ...}
    session 8   {"id": "chatcmpl-80c2", "choices": ...}
    ```

    ## Exceptions
    Ids that meet by chance now and then are not told of. The same request that upstream answers with the same id twice
    may have it twice downstream, too, as in `behaviour-repeat`. Only `harness conform` has a crowd: scenario
    `behaviour-crosstalk`.
    """

    id = "XLAT-ID-003"
    severity = Severity.ERROR
    source = "OpenAI API reference: a unique identifier for the chat completion, for the response"
