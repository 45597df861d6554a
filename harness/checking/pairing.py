"""Holding two halves of a translation against each other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.checking.inheritance import is_inherited
from harness.checking.undoing import as_asked
from harness.findings import Origin
from harness.rules.case import Half
from harness.rules.rule import COMPARE
from harness.turn.failure import failure_of
from harness.turn.reading import turn_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.cassettes.exchange import Chunk
    from harness.checking.check import Check
    from harness.rules.case import Case
    from harness.turn.turn import Turn


def compare(downstream: Check, upstream: Check, *, chunks: Sequence[Chunk] | None = None) -> None:
    """Judge what a gateway made of its upstream's answer, after both halves were checked to their end.

    The findings of the rules on translation are added to the downstream's. One that explains what a rule of the
    downstream's own dialect found takes that finding's place, since both have one cause. Then every finding gets its
    origin: what the upstream half breaks as well is inherited, and so is what follows from it
    (`harness.checking.inheritance`); all else is the gateway's.

    Args:
        downstream: The half that the gateway's client saw; its panel was made with "upstream" known.
        upstream: The half that the gateway saw.
        chunks: The upstream's chunks with their times, where a rule is to see them.
    """
    broken: dict[str, int] = {}
    for one in upstream.findings:
        broken[one.rule] = broken.get(one.rule, 0) + one.times
    turn = as_asked(
        turn_of_case(upstream.case), upstream.case.asked, downstream.case.asked, turn_of_case(downstream.case)
    )
    compare_with(downstream, Half(upstream.case, turn, chunks=chunks, rules=broken))


def compare_with(downstream: Check, half: Half) -> None:
    """The same with an upstream half that is known already.

    Args:
        downstream: As in `compare`.
        half: What the gateway saw, if it was only that no answer came.
    """
    case = downstream.case
    case.turn = turn_of_case(case)
    case.upstream = half
    downstream.compare()
    spoken = {one.rule for one in downstream.findings}
    # A rule that compares speaks of the exchange as a whole; others have had their say at their own event.
    beaten = {
        loser
        for rule in downstream.panel.rules
        if rule.id in spoken and COMPARE in rule.on
        for loser in rule.supersedes
    }
    downstream.revise(
        lambda one: (
            None
            if one.rule in beaten
            else replace(one, origin=Origin.UPSTREAM if is_inherited(one, half, case) else Origin.GATEWAY)
        )
    )


def turn_of_case(case: Case[Any]) -> Turn:
    """What an exchange amounts to; an answer with an error status amounts to that error."""
    turn = turn_of(case.dialect.name, case.stream)
    if case.status is None or case.status < 400:
        return turn
    error = failure_of(case.body, status=case.status)
    return replace(turn, choices=(), usage=None, error=error, ended="failed")
