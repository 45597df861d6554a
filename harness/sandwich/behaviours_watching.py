"""What one session shows to who has the clock of both ends: pieces that were held back, and a client that left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from harness.cassettes.exchange import How
from harness.findings import Finding, Location, Origin, Severity
from harness.sandwich.behaviours_rules import HELD, LEFT
from harness.sandwich.behaviours_text import late, progress, waits
from harness.sandwich.unended import end_ms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.sandwich.session import Played, Side

FORGIVEN: Final = 1 / 3
"""The share of the pieces that may come late without a word. A gateway may look at the first few before it decides what
to send, and a busy machine delays some; who buffers delays every second one at least."""
STEADY: Final = 2 / 3
"""The share of the pieces that our own upstream must have sent in time: where it could not, the machine is too busy for
anything to be told of others."""
BUSY: Final = "this machine was too busy: our own upstream could not send in time"
SOON_MS: Final = 2_000.0
"""Milliseconds in which an upstream has to be left: many notice at their next write only, or poll once a second."""


class Watched(NamedTuple):
    """What watching showed.

    Args:
        findings: What was found, with the number of the client's exchange.
        gaps: See `Timing.gaps`.
        left: See `Timing.left`.
        reason: Why nothing could be judged; None where it could.
    """

    findings: tuple[tuple[int, Finding], ...] = ()
    gaps: float | None = None
    left: float | None = None
    reason: str | None = None


def is_doubtful(played: Played) -> bool:
    """Whether more pieces came late than are forgiven, or the machine was too busy to tell."""
    watched = held_back(played)
    return bool(watched.findings) or watched.reason == BUSY


def held_back(played: Played) -> Watched:
    """Judge whether each piece was with the client before the next was sent; by the order of the two, not by limits."""
    if not played.upstream:
        return Watched()
    sent, come = progress(played.upstream[-1]), progress(played.client[-1])
    gaps = max(waits(sent, come), default=None)
    gaps = round(max(gaps, 0.0), 3) if gaps is not None else None
    if not sent:
        # It asked for a whole answer, and may make a stream of that.
        return Watched(
            gaps=gaps, reason="upstream was not asked for a stream, so no piece could be held back"
        )
    if not come or sent[-1][1] != come[-1][1]:
        # Which rules on texts tell; when each piece came cannot be told then.
        return Watched(gaps=gaps, reason="not all text reached the client")
    count, of = map(len, late(sent, come))
    if of < STEADY * (len(sent) - 1):
        return Watched(gaps=gaps, reason=BUSY)
    if count <= FORGIVEN * of:
        return Watched(gaps=gaps)
    finding = Finding(
        rule=HELD,
        severity=Severity.WARNING,
        message=(
            f"{count} of {of} pieces of the text came to the client only after upstream had sent the next one; the"
            f" longest wait was {(gaps or 0.0) / 1e3:.2f} s."
        ),
        expected="each piece before the next is sent",
        found=f"{count} of {of} pieces late",
        subject="stream-held-back",
        origin=Origin.GATEWAY,
    )
    return Watched(findings=((len(played.client) - 1, finding),), gaps=gaps)


def held_in_all(tries: Sequence[Played]) -> Watched:
    """The same over several sessions, told at the last one.

    Whoever holds pieces back holds the same ones each time; one that is late with others each time was kept from
    working, by the machine or by what it did for the first time.
    """
    last = held_back(tries[-1])
    if not last.findings:
        return last
    told = [late(progress(one.upstream[-1]), progress(one.client[-1])) for one in tries if one.upstream]
    always = frozenset.intersection(*(pieces for pieces, _ in told))
    known = frozenset.intersection(*(pieces for _, pieces in told))
    if len(always) <= FORGIVEN * len(known):
        return Watched(gaps=last.gaps)
    before = sum(len(one.client) for one in tries[:-1])
    return last._replace(findings=tuple((before + number, one) for number, one in last.findings))


def left(played: Played) -> Watched:
    """Judge whether the upstream was left when the client had left, and how soon."""
    mine = played.client[-1]
    if mine.exchange.ending.how is not How.CLIENT_CLOSE:
        return Watched(reason="the answer was over before the client could leave")
    if not played.upstream:
        return Watched()
    gone = end_ms(mine)
    under_way = [one for one in played.upstream if end_ms(one) > gone or one.left_ms is not None]
    if not under_way:
        return Watched(reason="the upstream's answer was over before the client left")
    # A target that asks its upstream only after its client has left may notice from then on.
    after = max(
        (max(0.0, one.left_ms - max(gone, one.at_ms)) for one in under_way if one.left_ms is not None),
        default=None,
    )
    after = round(after, 3) if after is not None else None
    read_on = [one for one in under_way if one.left_ms is None]
    if read_on:
        last = read_on[-1]
        longer = (end_ms(last) - gone) / 1e3
        how = "to its end" if last.exchange.ending.how is How.COMPLETE else "and is reading still"
        message = (
            f"The client left, and upstream was read {how}: {longer:.1f} s more, {_since(last, gone)} pieces."
        )
    elif after is not None and after > SOON_MS:
        message = (
            f"Upstream was left {after / 1e3:.1f} s after the client had left,"
            f" {_since(under_way[-1], gone)} pieces later."
        )
    else:
        return Watched(left=after)
    finding = Finding(
        rule=LEFT,
        severity=Severity.WARNING,
        message=message,
        where=Location(part="ending"),
        expected=f"upstream is left within {SOON_MS / 1e3:g} s",
        found="it was read on" if read_on else f"{(after or 0.0) / 1e3:.1f} s",
        subject="read-on" if read_on else "left-late",
        origin=Origin.GATEWAY,
    )
    return Watched(findings=((len(played.client) - 1, finding),), left=after)


def _since(one: Side, then: float) -> int:
    """How many pieces of the body went out after some moment."""
    response = one.exchange.response
    if response is None:
        return 0
    begun = one.at_ms + response.at_us / 1e3
    return sum(begun + chunk.at_us / 1e3 > then for chunk in response.chunks)
