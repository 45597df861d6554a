"""RESP-SEQ: the events of a stream are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.responses.grammar import ROWS, VENDOR, Layer
from harness.dialects.responses.state import ResponsesStream
from harness.findings import Severity
from harness.rules.responses.conservation import noticed
from harness.rules.responses.shape import taken, told
from harness.rules.rule import MALFORMED, MESSAGE, Rule

if TYPE_CHECKING:
    from harness.findings import Finding
    from harness.rules.case import Case

_UNCOUNTED = range(1_740_787_200, 1_748_736_000)
"""2025-03-01 to 2025-06-01 (UTC), in seconds since 1970: streams of OpenAI from before sequence numbers."""


class SequenceNumberMissing(Rule[ResponsesStream]):
    """An event has no integer `sequence_number`.

    ## Why it matters

    The SDKs' types require it, so strict clients fail to parse the event (OmniRoute#13964, llama.cpp#21174);
    and a stored stream can only be resumed after a number that was sent (onyx#13624).

    ## Violates

    ```example
    stream: responses/text
    event 5: - sequence_number
    ```

    ```example
    stream: responses/text
    event 5: sequence_number = null
    ```

    ## Conforms

    ```example
    stream: responses/text
    ```

    ## Exceptions

    OpenAI counted nothing before June 2025 (ten recorded streams, 2025-03-14 to 2025-05-20, such as pydantic-ai's
    test_openai_responses_stream): where `created_at` lies between 2025-03-01 and 2025-06-01 (UTC), this is
    information. The API came out in March 2025, so a `created_at` from before that (1, or any constant) is made up
    and excuses nothing. Nor does absence everywhere, since that is what several gateways do today. A finding about
    the first such event stands for all of the stream.

    ## How to mend

    Count all events of the stream, heartbeats included, from 0.
    """

    id = "RESP-SEQ-001"
    severity = Severity.ERROR
    source = "types of openai-python 3.52.0; onyx#13624, OmniRoute#13964, llama.cpp#21174"
    on = ("sequence-missing", MALFORMED)
    exercised_by = (MESSAGE,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell of it, by the age of the stream."""
        mine = taken(case, ("/sequence_number",)) if case.signal is None else []
        if case.signal is None and not mine and not _unnumbered(case):
            return None
        kind, created = case.body.get("type"), case.stream.created_at
        if "sequence_number" in case.body:
            return told(self, case, mine[0], f"{kind} has a sequence_number that is no integer.")
        if created is not None and _UNCOUNTED.start <= created < _UNCOUNTED.stop:
            return self.finding(
                case, "The stream is older than sequence numbers.", pointer="/sequence_number",
                severity=Severity.INFO, subject="an old stream",
            )  # fmt: skip
        return self.finding(
            case, f"{kind} has no sequence_number.", pointer="/sequence_number",
            expected=(case.signal.expected if case.signal else None) or "an integer", found="(missing)",
            subject="missing",
        )  # fmt: skip


def _unnumbered(case: Case[ResponsesStream]) -> bool:
    """Whether an event that is wrong in other members as well is one that is counted, and is not.

    The schema does not say so, since older streams count nothing; the machine tells only of events that are right.
    """
    kind = str(case.body.get("type"))
    row = ROWS.get(VENDOR.get(kind, kind))
    if row is None or row.layer is Layer.ASIDE or "sequence_number" in case.body:
        return False
    end = case.stream.terminal[2] if case.stream.terminal is not None else None
    return end is None or case.event is None or end.event == case.event.index


class SequenceStart(Rule[ResponsesStream]):
    """The first event's number is not 0, and the stream does not resume another.

    ## Why it matters

    A client that resumes, or that watches for losses, takes the first number for what was lost before it. All
    official streams start at 0, but for those that were asked for with `starting_after`.

    ## Violates

    ```example
    stream: responses/tool
    event 0: sequence_number = 1
    event 1: sequence_number = 2
    event 2: sequence_number = 3
    event 3: sequence_number = 4
    event 4: sequence_number = 5
    event 5: sequence_number = 6
    event 6: sequence_number = 7
    event 7: sequence_number = 8
    event 8: sequence_number = 9
    event 9: sequence_number = 10
    event 10: sequence_number = 11
    ```

    ## Conforms

    ```example
    stream: responses/text
    ```

    ```example
    stream: responses/resumed
    ```

    ## Exceptions

    A stream that its request resumes (`starting_after`) starts after the number that the request names (three
    recorded streams). Where no request is known, a stream that starts above 0 counts as resumed, and this is
    information; resumed at another number than the request names, it is a warning as ever.

    ## How to mend

    Count from 0; after `starting_after=N`, from N + 1.
    """

    id = "RESP-SEQ-002"
    severity = Severity.WARNING
    source = "511 of 511 counted official streams that were not resumed start at 0"
    on = ("sequence-start", "sequence-resumed")
    exercised_by = (MESSAGE,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding:
        """Tell the number."""
        signal = noticed(case)
        excused = signal.kind == "sequence-start" and case.stream.resumed
        return self.finding(
            case, f"The first event has the number {signal.found}; {signal.expected} was due.",
            expected=signal.expected, found=signal.found, severity=Severity.INFO if excused else None,
            subject=signal.kind,
        )  # fmt: skip


class SequenceGap(Rule[ResponsesStream]):
    """A number is missing between two events.

    ## Why it matters

    To a client that watches the numbers, a gap is a lost event, and text may be missing. Gateways that drop or add
    events without counting anew leave gaps (GoModel#953).

    ## Violates

    ```example
    stream: responses/text
    event 4: sequence_number = 5
    event 5: sequence_number = 6
    event 6: sequence_number = 7
    event 7: sequence_number = 8
    event 8: sequence_number = 9
    event 9: sequence_number = 10
    event 10: sequence_number = 11
    event 11: sequence_number = 12
    ```

    ## Conforms

    A heartbeat takes a number of its own:

    ```example
    stream: responses/keepalive
    ```

    ## How to mend

    Count after events were dropped, merged or added, not before.
    """

    id = "RESP-SEQ-003"
    severity = Severity.ERROR
    source = "no gap in 514 official streams; litellm#28899, GoModel#953; openai-node#1964 on keepalive"
    on = ("sequence-gap",)
    exercised_by = (MESSAGE,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding:
        """Tell both numbers."""
        signal = noticed(case)
        return self.finding(
            case, f"The number {signal.found} comes where {signal.expected} was due.",
            expected=signal.expected, found=signal.found, subject="a gap",
        )  # fmt: skip


class SequenceRepeated(Rule[ResponsesStream]):
    """A number comes a second time, or a smaller one after a larger.

    ## Why it matters

    A client that resumes drops what it thinks it has seen: with a hard-coded number (litellm#28899) that is everything
    after the first event.

    ## Violates

    ```example
    stream: responses/text
    event 5: sequence_number = 4
    ```

    All events with the same number, which is one finding:

    ```example
    stream: responses/refusal
    event 1: sequence_number = 0
    event 2: sequence_number = 0
    event 3: sequence_number = 0
    event 4: sequence_number = 0
    event 5: sequence_number = 0
    event 6: sequence_number = 0
    event 7: sequence_number = 0
    event 8: sequence_number = 0
    event 9: sequence_number = 0
    event 10: sequence_number = 0
    ```

    ## Conforms

    ```example
    stream: responses/text
    ```

    ## How to mend

    Number the events of one stream with one counter, also where several upstream streams are joined.
    """

    id = "RESP-SEQ-004"
    severity = Severity.ERROR
    source = "no repeat in 514 official streams; litellm#28899"
    on = ("sequence-repeated",)
    exercised_by = (MESSAGE,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding:
        """Tell both numbers."""
        signal = noticed(case)
        return self.finding(
            case, f"The number {signal.found} comes where {signal.expected} was due: it was there before.",
            expected=signal.expected, found=signal.found, subject="a repeat",
        )  # fmt: skip
