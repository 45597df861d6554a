"""From a session that was played to what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from harness.checking.exchanges import check_of, judge
from harness.checking.sniffing import dialect_of
from harness.findings import Severity
from harness.results.result import CellStatus
from harness.rules.registry import rules
from harness.sandwich.behaviours_rules import HELD
from harness.sandwich.clocked import without_chance
from harness.sandwich.features import seen
from harness.sandwich.pairing import halves, ran_calls
from harness.sandwich.starving import without_starved
from harness.sandwich.unended import unended
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
        watched: What was found by watching several exchanges, or both ends at once, with the number of the
            exchange of the client that it is told at.
        rules: Ids of the rules that had something to judge there.
        left: Milliseconds from the client's leaving to the upstream's being left, where that was watched.
        gaps: The longest wait of the client for a piece that the upstream had sent already, likewise.
    """

    status: CellStatus
    reason: str | None
    exercised: frozenset[str]
    missing: frozenset[str]
    verdicts: tuple[Verdict, ...]
    watched: tuple[tuple[int, Finding], ...] = ()
    rules: frozenset[str] = frozenset()
    left: float | None = None
    gaps: float | None = None

    @property
    def findings(self) -> list[tuple[int, Finding]]:
        """What was found, with the number of the exchange."""
        told = [(number, one) for number, verdict in enumerate(self.verdicts) for one in verdict.findings]
        return [*told, *self.watched]


def judged(played: Played, *, profile: str = "openai", ruleset: str | None = None) -> Judged:
    """Judge one session, by the rules as they are or as they were on the date of a ruleset."""
    if played.route.alone:
        exercised = _seen_alone(played)
    else:
        upstream = [one.exchange for one in played.upstream]
        turns = [turn for one in upstream if (turn := _turn(one)) is not None]
        exercised = seen(played.scenario.exercises, upstream, turns)
    missing = played.scenario.exercises - exercised
    verdicts = tuple(
        without_chance(
            judge(
                one.exchange,
                dialect=played.route.inbound,
                profile=profile,
                ruleset=ruleset,
                only=_asked() - played.scenario.excused if played.route.alone else _asked(of_calls=ran),
                upstream=half,
            ),
            one.exchange,
            half,
        )
        for one, half, ran in zip(
            played.client,
            halves(played.client, played.upstream),
            ran_calls(played.client, played.upstream),
            strict=True,
        )
    )
    verdicts, starved = without_starved(played, verdicts)
    status, reason = _status(played, verdicts, missing)
    if starved is not None and status in {CellStatus.PASSED, CellStatus.WARNED}:
        status, reason = CellStatus.NOT_EXERCISED, starved
    return Judged(status=status, reason=reason, exercised=exercised, missing=missing, verdicts=verdicts)


@cache
def _asked(*, of_calls: bool = False) -> frozenset[str]:
    """All rules but the one on text that is held back.

    Thirty sessions at a time delay each other, and in one of them that looks the same. `harness.sandwich.behaviours`
    judges it in a session that is played for that, in quiet, more than once, by one clock at both ends.

    Args:
        of_calls: Of the rules that compare answers, only those on calls.
    """
    asked = frozenset(rules()) - {HELD}
    if not of_calls:
        return asked
    return frozenset(
        one for one in asked if not one.startswith("XLAT-") or one.startswith(("XLAT-TOOL-", "XLAT-REQ-"))
    )


def _seen_alone(played: Played) -> frozenset[str]:
    """What was seen of the scenario in the answers themselves; of an error, nothing but that."""
    wanted = played.scenario.exercises
    errors = frozenset(one for one in wanted if one.partition(" ")[0] == "error")
    told = [one.exchange for one in played.client]
    answers = [one for one in told if one.response is not None and one.response.status < 300]
    turns = [turn for one in answers if (turn := _turn(one, played.route.inbound)) is not None]
    return seen(wanted - errors, answers, turns) | seen(errors, told, turns)


def _turn(one: Exchange, dialect: str = "auto") -> Turn | None:
    check = check_of(one, dialect=dialect) if one.response is not None else None
    return turn_of(check.case.dialect.name, check.case.stream) if check is not None else None


def _status(
    played: Played, verdicts: Sequence[Verdict], missing: frozenset[str]
) -> tuple[CellStatus, str | None]:
    first = played.client[0].exchange
    stuck = unended(played)
    if stuck is not None and stuck[0] is not CellStatus.NOT_EXERCISED:
        return stuck
    blamed = [
        one.severity for verdict in verdicts for one in verdict.findings if one.origin.value != "upstream"
    ]
    spoken = _wordless(played)
    if Severity.ERROR in blamed and spoken is None:
        return CellStatus.FAILED, None
    if stuck is not None:
        return stuck
    if spoken is not None:
        why = f"the target asks in {spoken}, which has no words for this"
    elif missing and played.route.alone:
        why = _unseen(played, missing)
    elif not played.upstream and not played.route.alone:
        status = first.response.status if first.response is not None else "nothing"
        why = f"the target answered {status} and asked no upstream"
    elif missing:
        why = f"not seen upstream: {', '.join(sorted(missing))}"
    else:
        return (CellStatus.WARNED if Severity.WARNING in blamed else CellStatus.PASSED), None
    return CellStatus.NOT_EXERCISED, why


def _wordless(played: Played) -> str | None:
    """A dialect that the scenario cannot be played in, where the target turned out to ask in it."""
    if played.route.upstream is not None:
        return None
    asked = (dialect_of(one.exchange.request, b"") for one in played.upstream)
    return next((one for one in asked if one is not None and one not in played.scenario.upstream), None)


def _unseen(played: Played, missing: frozenset[str]) -> str:
    """Why an answer does not show what its scenario is about, where nothing is known of how it came about."""
    last = played.client[-1].exchange.response
    if last is None or last.status < 300:
        return f"not seen in its answer: {', '.join(sorted(missing))}"
    return f"the target answered {last.status}; not seen: {', '.join(sorted(missing))}"
