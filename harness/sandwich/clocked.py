"""Findings that the clock decides: in a short answer it is chance whether a second turned.

A server that stamps each event with the time of day is wrong in every answer, but in one of half a second that shows
in one run and not in the next. So it is told of answers that last: in those it always shows. There is one such
scenario at least, `transport-pause`. Times that move in other ways, or by more than the clock did, are always told.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from harness.cassettes.exchange import How

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.checking.report import Verdict
    from harness.findings import Finding

LASTING_US: Final = 1_400_000
"""Microseconds from the first piece to the last, within which a second has turned for certain, with some to spare."""
_SECOND_US: Final = 1_000_000
_DIGITS: Final = 19
_STAMPS: Final = frozenset({("CHAT-CREATED-001", "created"), ("RESP-ID-002", "created_at")})
"""Rules and the member that each finds moving: a time in whole seconds."""


def without_chance(verdict: Verdict, exchange: Exchange, upstream: Exchange | None) -> Verdict:
    """The verdict on an answer, without what might as well not have shown.

    Args:
        verdict: On this exchange.
        exchange: With the times at which its pieces came.
        upstream: What it was made of. How long it lasted is decided there, where that is known: what arrives may be
            held up and come closer together. Of an answer that the client left, it saw no more than came to it.
    """
    left = exchange.ending.how is How.CLIENT_CLOSE
    took, lasted = _took(exchange), _took(exchange if upstream is None or left else upstream)
    lasts = lasted >= LASTING_US
    kept = tuple(
        one
        for one in verdict.findings
        if not _is_two_clocks(one) and (lasts or not _is_chance(one, max(took, lasted)))
    )
    return verdict if len(kept) == len(verdict.findings) else replace(verdict, findings=kept)


def _took(exchange: Exchange) -> int:
    """Microseconds from the first piece to the last."""
    times = [one.at_us for one in exchange.response.chunks] if exchange.response is not None else []
    return times[-1] - times[0] if times else 0


def _is_chance(finding: Finding, took: int) -> bool:
    """Whether a time moved as the clock did while an answer took so many microseconds."""
    if _stamp(finding) not in _STAMPS:
        return False
    before, now = _seconds(finding.expected), _seconds(finding.found)
    if before is None or now is None:
        return False
    return 0 < (now - before) * finding.times <= took / _SECOND_US + 1


def _is_two_clocks(finding: Finding) -> bool:
    """Whether the last event has the second before that of the first, however long the answer took.

    LiteLLM reads the clock when it begins to translate, and once more for the first event, a few milliseconds later;
    the response that it ends with has the former. Whether a second turned between the two is chance in every answer.
    """
    before, now = _seconds(finding.expected), _seconds(finding.found)
    if _stamp(finding) != ("RESP-ID-002", "created_at") or before is None or now is None:
        return False
    return before - now == 1 and finding.times == 1


def _stamp(finding: Finding) -> tuple[str, str]:
    """The rule, and the member that it was broken at."""
    return finding.rule, finding.where.pointer.rpartition("/")[2]


def _seconds(told: str | None) -> int | None:
    """Whole seconds; parts of one move in every run."""
    return int(told) if told is not None and told.isdecimal() and len(told) < _DIGITS else None
