"""What to make of answers that never came, or never came to an end.

Rules on bytes say nothing of what is missing where the client has gone; here the upstream's clock tells whose doing
that was.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from harness.cassettes.exchange import How
from harness.checking.exchanges import check_of
from harness.results.result import CellStatus
from harness.sandwich.client import ENDLESS
from harness.sandwich.pairing import attempts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.sandwich.session import Played, Side

SLACK_MS: Final = 250.0
"""Milliseconds by which a target may leave its upstream earlier than its client leaves, and have left with it."""
_NO_ANSWER: Final = "the target gave no answer"
HUNG_UP: Final = frozenset({f"{_NO_ANSWER}: RemoteProtocolError", f"{_NO_ANSWER}: ReadError"})
"""How it is told that a connection was taken and closed without a word. Of one session nobody knows whether the target
is well at all; who knows that it answers others can tell."""
GRACE_MS: Final = 2_000.0
"""Milliseconds that a target always has, once its upstream has ended, to end its own answer in."""


def unended(played: Played) -> tuple[CellStatus, str] | None:
    """The verdict on a session in which the client was not answered to the end; None where there is none of this kind.

    One that is `not_exercised` is no excuse for what rules have found.
    """
    found = [
        verdict
        for mine, theirs in zip(played.client, attempts(played.client, played.upstream), strict=True)
        if (verdict := _unended(played, mine, theirs)) is not None
    ]
    return next(chain((one for one in found if one[0] is CellStatus.FAILED), found), None)


def is_given_up(played: Played) -> bool:
    """Whether the client gave up, and that tells nothing of the target: the rest of such an answer is missing."""
    late = unended(played)
    return late is not None and late[0] is not CellStatus.FAILED


def _unended(played: Played, mine: Side, theirs: Sequence[Side]) -> tuple[CellStatus, str] | None:
    ending = mine.exchange.ending
    if ending.exception == ENDLESS and theirs and not played.scenario.recorded:
        # More than any upstream of ours says, but for a recording: whatever that was doing, it did not say this.
        return CellStatus.FAILED, f"its answer had no end: {ending.message}"
    if ending.how is How.TIMEOUT:
        return _alone(mine) if played.route.alone else _hung(played, mine, theirs)
    if mine.exchange.response is not None:
        return None
    if ending.how is How.CLIENT_CLOSE:
        why = "the client left before the target had asked its upstream"
        return None if theirs else (CellStatus.NOT_EXERCISED, why)
    if theirs:
        return CellStatus.FAILED, f"it hung up without an answer ({ending.exception or ending.how})"
    return CellStatus.HARNESS_FAULT, f"{_NO_ANSWER}: {ending.exception or ending.how}"


def _alone(mine: Side) -> tuple[CellStatus, str]:
    """Nothing is known of what is behind the target: a model may have been at work."""
    waited = _seconds(end_ms(mine) - mine.at_ms)
    if mine.exchange.response is None:
        return CellStatus.HARNESS_FAULT, f"the target gave no answer in {waited}"
    return CellStatus.NOT_EXERCISED, f"its answer was not over after {waited}, when the client gave up"


def _hung(played: Played, mine: Side, theirs: Sequence[Side]) -> tuple[CellStatus, str] | None:
    """What to make of a client that gave up, where it can be known whom the target was waiting for."""
    gave_up = end_ms(mine)
    waited = gave_up - mine.at_ms
    begun = mine.exchange.response is not None
    if not theirs and begun:
        return (
            CellStatus.NOT_EXERCISED,
            f"its answer was not over after {_seconds(waited)}; it asked no upstream",
        )
    if not theirs:
        # It may be busy still with what it was asked before; whether it answers in the end nobody waits to see.
        return (
            CellStatus.HARNESS_FAULT,
            f"the target gave no answer in {_seconds(waited)}, and asked no upstream",
        )
    late = f"its answer was not over after {_seconds(waited)}, when the client gave up; its upstream's"
    # Silence is what such a scenario is about, or may be what was recorded.
    silent = "silence" in played.scenario.exercises or bool(played.scenario.recorded)
    if any(_is_waited_for(one, gave_up) for one in theirs):
        return None if silent else (CellStatus.NOT_EXERCISED, f"{late} was not, either")
    since = gave_up - max(map(_over_ms, theirs))
    if since < min(GRACE_MS, waited / 2):
        why = f"{late} had been over for {_seconds(since)} only"
        return None if silent else (CellStatus.NOT_EXERCISED, why)
    ended = "it had left its upstream" if theirs[-1].left_ms is not None else "its upstream had ended"
    what = _missing(mine) if begun else "the head of an answer"
    return (
        CellStatus.FAILED,
        f"it hung: for {_seconds(since)}, until the client gave up, {what} was waited for; {ended} before",
    )


def _missing(mine: Side) -> str:
    """What a client was still waiting for when it gave up."""
    check = check_of(mine.exchange)
    if check is None or not check.case.streamed:
        return "the rest of the body"
    if check.case.wire.terminal:
        return "the end of the body, behind the event that ends the stream,"
    return "the event that ends the stream"


def _is_waited_for(one: Side, until_ms: float) -> bool:
    """Whether our upstream had not ended by itself when the client gave up, nor been left before."""
    if one.exchange.ending.how in {How.CANCELLED, How.TIMEOUT}:
        return True
    return one.left_ms is not None and one.left_ms >= until_ms - SLACK_MS


def _over_ms(one: Side) -> float:
    return one.left_ms if one.left_ms is not None else end_ms(one)


def end_ms(one: Side) -> float:
    """When an exchange was over, in milliseconds after the session's first request."""
    head = one.exchange.response.at_us if one.exchange.response is not None else 0
    return one.at_ms + (head + one.exchange.ending.at_us) / 1e3


def _seconds(milliseconds: float) -> str:
    return f"{milliseconds / 1e3:.0f} s"
