"""From a session that was played to what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.checking.exchanges import check_of, judge
from harness.findings import Severity
from harness.results.result import CellStatus
from harness.sandwich.features import seen
from harness.turn.reading import turn_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.cassettes.exchange import Exchange
    from harness.checking.report import Verdict
    from harness.findings import Finding
    from harness.sandwich.session import Played
    from harness.turn.turn import Turn


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What became of a session.

    Args:
        status: The verdict, before any baseline.
        reason: Why it says nothing, where that is so.
        exercised: Which features of the scenario were seen.
        missing: Which were not.
        verdicts: On each exchange of the client, in order.
    """

    status: CellStatus
    reason: str | None
    exercised: frozenset[str]
    missing: frozenset[str]
    verdicts: tuple[Verdict, ...]

    @property
    def findings(self) -> list[tuple[int, Finding]]:
        """What was found, with the number of the exchange."""
        return [(number, one) for number, verdict in enumerate(self.verdicts) for one in verdict.findings]


def judged(played: Played, *, profile: str = "openai") -> Judged:
    """Judge one session."""
    upstream = [one.exchange for one in played.upstream]
    turns = [turn for one in upstream if (turn := _turn(one)) is not None]
    exercised = seen(played.scenario.exercises, upstream, turns)
    missing = played.scenario.exercises - exercised
    verdicts = tuple(
        judge(one.exchange, dialect=played.route.inbound, profile=profile, upstream=half)
        for one, half in zip(played.client, _halves(played), strict=True)
    )
    status, reason = _status(played, verdicts, missing)
    return Judged(status=status, reason=reason, exercised=exercised, missing=missing, verdicts=verdicts)


def _halves(played: Played) -> list[Exchange | None]:
    """The upstream exchange that answers each of the client's: of several attempts the last."""
    asked = len(played.client)
    upstream = [one.exchange for one in played.upstream]
    if asked == 1:
        return [upstream[-1] if upstream else None]
    return [upstream[number] if number < len(upstream) else None for number in range(asked)]


def _turn(one: Exchange) -> Turn | None:
    check = check_of(one) if one.response is not None else None
    return turn_of(check.case.dialect.name, check.case.stream) if check is not None else None


def _status(
    played: Played, verdicts: Sequence[Verdict], missing: frozenset[str]
) -> tuple[CellStatus, str | None]:
    first = played.client[0].exchange
    if first.response is None:
        ending = first.ending
        return CellStatus.HARNESS_FAULT, f"the target gave no answer: {ending.exception or ending.how}"
    blamed = [
        one.severity for verdict in verdicts for one in verdict.findings if one.origin.value != "upstream"
    ]
    if Severity.ERROR in blamed:
        return CellStatus.FAILED, None
    if not played.upstream:
        return CellStatus.NOT_EXERCISED, f"the target answered {first.response.status} and asked no upstream"
    if missing:
        return CellStatus.NOT_EXERCISED, f"not seen upstream: {', '.join(sorted(missing))}"
    return (CellStatus.WARNED if Severity.WARNING in blamed else CellStatus.PASSED), None
