"""Scenarios in which something is watched beside the bytes of one session: how they are played, and judged.

`behave` stands for `Player.play`, and `judged` for the one in `harness.sandwich.judging`; both take every scenario.
Playing only plays: all but a dozen events is parsed afterwards, when nobody's times are taken.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from harness.findings import Severity
from harness.results.result import CellStatus
from harness.sandwich import judging
from harness.sandwich.behaviours_comparing import crossed, folded, is_refused, repeated, turned_away
from harness.sandwich.behaviours_ids import shared
from harness.sandwich.behaviours_rules import CROSSED, FOLD, HELD, LEFT, REPEAT, SHARED
from harness.sandwich.behaviours_watching import Watched, held_back, held_in_all, is_doubtful, left
from harness.sandwich.session import requests_at_most
from harness.sandwich.starving import STARVED, watched_clock
from harness.sandwich.unended import is_given_up

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from harness.findings import Finding
    from harness.sandwich.judging import Judged
    from harness.sandwich.session import Mode, Played, Player, Route, Side
    from harness.scenarios.scenario import Scenario

TRIES: Final = 3
"""How many times a session whose times matter is played. A gateway that holds pieces back always does, however long
upstream takes between two, which is twice as long with each try; a machine that is busy does not."""
CROWD: Final = 50
LEAVE_AFTER: Final = 8
"""Reads of the body after which the client leaves: text has come by then, in every dialect."""
LEAVE_AT: Final = 4.0
"""Seconds after which it leaves, whatever it has read: an answer of the upstream takes five."""
LINGER: Final = 10.0
"""Seconds for which the upstream is watched after the client has left."""


class Turn(IntEnum):
    """When a cell is to be played: each waits until all before it are over."""

    ANY = 0
    """Any number at a time."""
    CALM = 1
    """A few at a time: their times are watched."""
    CROWD = 2
    """One at a time: it is a crowd itself."""


def turn_of(scenario: Scenario) -> Turn:
    """When a scenario's cells are to be played."""
    if scenario.behaviour is None:
        return Turn.ANY
    return Turn.CROWD if scenario.behaviour == "crosstalk" else Turn.CALM


async def behave(player: Player, scenario: Scenario, route: Route, mode: Mode) -> Played:
    """Play one cell, in as many sessions as its behaviour takes.

    Args:
        player: Plays sessions.
        scenario: Any; one without a behaviour is played once.
        route: Over which way; where our upstream is not behind it, once, too, since nothing can be watched there.
        mode: Streamed or whole.
    """
    plays = None if route.alone else _PLAYS.get(scenario.behaviour or "")
    return await (plays or _once)(player, scenario, route, mode)


async def _once(player: Player, scenario: Scenario, route: Route, mode: Mode) -> Played:
    return await player.play(scenario, route, mode)


async def _leaving(player: Player, scenario: Scenario, route: Route, mode: Mode) -> Played:
    return await player.play(scenario, route, mode, leave_after=LEAVE_AFTER, leave_at=LEAVE_AT, linger=LINGER)


async def _incremental(player: Player, scenario: Scenario, route: Route, mode: Mode) -> Played:
    tries = [await player.play(scenario, route, mode)]
    while is_doubtful(tries[-1]) and len(tries) < TRIES:
        number = len(tries)
        slower = replace(scenario, gap_us=scenario.gap_us << number)
        tries.append(replace(await player.play(slower, route, mode, number=number), scenario=scenario))
    return tries[0] if len(tries) == 1 else together(tries)


async def _first_event(player: Player, scenario: Scenario, route: Route, mode: Mode) -> Played:
    tries = [await player.play(scenario, route, mode, number=number) for number in range(TRIES)]
    # A busy machine makes one try slower than another; that one of them is never answered is the target's doing.
    return next((one for one in tries if _first(one.client) is None), min(tries, key=_overhead))


async def _repeat(player: Player, scenario: Scenario, route: Route, mode: Mode) -> Played:
    return together([await player.play(scenario, route, mode) for _ in range(2)])


async def _whole_is_fold(player: Player, scenario: Scenario, route: Route, mode: Mode) -> Played:
    first = await player.play(scenario, route, mode)
    return together([first, await player.play(scenario, route, "whole", cell=first.cell)])


async def _crosstalk(player: Player, scenario: Scenario, route: Route, mode: Mode) -> Played:
    alone = await player.play(scenario, route, mode)
    if is_refused(alone) or is_given_up(alone):
        # There is nothing that others could be held against.
        return alone
    sessions = [alone]
    late = 0.0
    for crowd in range(TRIES):
        # A machine that is busy refuses one crowd, and a gateway that has no room for one refuses each. What was
        # answered in any of them is looked at all the same.
        sessions = [alone, *(one for one in sessions[1:] if not _is_turned_off(one))]
        await asyncio.sleep(crowd)
        numbers = range(1 + crowd * CROWD, 1 + (crowd + 1) * CROWD)
        plays = (player.play(scenario, route, mode, number=number) for number in numbers)
        async with watched_clock() as clock:
            came = await asyncio.gather(*plays)
        late = max(late, *clock)
        sessions += came
        if not any(map(_is_turned_off, came)):
            break
    # Of an answer that its client gave up on the rest is missing, and nobody knows of what kind that would have been.
    sessions = [one for one in sessions if is_refused(one) or not is_given_up(one)]
    answered = [one for one in sessions if not is_refused(one)]
    # Where this process did not get to run itself, a limit of somebody's was over before an answer could be passed on:
    # that a session was refused says nothing then. What was answered by most of a crowd still does.
    return together(answered if late > STARVED and len(answered) > CROWD // 2 else sessions)


def _is_turned_off(played: Played) -> bool:
    """Whether it cannot be compared: it was refused, or not answered when its client gave up."""
    return is_refused(played) or is_given_up(played)


_PLAYS: Final[Mapping[str, Callable[[Player, Scenario, Route, Mode], Awaitable[Played]]]] = {
    "incremental": _incremental,
    "first_event": _first_event,
    "leaving": _leaving,
    "crosstalk": _crosstalk,
    "repeat": _repeat,
    "whole_is_fold": _whole_is_fold,
}
"""How what is watched is played. Without an upstream of ours there is nothing to watch."""


def requests_of(scenario: Scenario) -> int:
    """The most requests that a client sends for one cell."""
    return _SESSIONS.get(scenario.behaviour or "", 1) * requests_at_most(scenario)


_SESSIONS: Final[Mapping[str, int]] = {
    "incremental": TRIES,
    "first_event": TRIES,
    "crosstalk": 1 + TRIES * CROWD,
    "repeat": 2,
    "whole_is_fold": 2,
}


def together(sessions: Sequence[Played]) -> Played:
    """One cell of several sessions, with all their exchanges on the clock of the first one."""
    first = sessions[0]
    return replace(
        first,
        client=tuple(side for one in sessions for side in _shifted(one.client, one.begun - first.begun)),
        upstream=tuple(side for one in sessions for side in _shifted(one.upstream, one.begun - first.begun)),
        sessions=tuple(sessions),
    )


def _shifted(sides: Sequence[Side], seconds: float) -> list[Side]:
    later = seconds * 1e3
    return [
        replace(
            one, at_ms=one.at_ms + later, left_ms=one.left_ms + later if one.left_ms is not None else None
        )
        for one in sides
    ]


def _overhead(played: Played) -> float:
    """How much later than from the upstream the first bytes came; of an answer that never came, without end."""
    mine, theirs = _first(played.client), _first(played.upstream)
    return mine - theirs if mine is not None and theirs is not None else float("inf")


def _first(sides: Sequence[Side]) -> float | None:
    response = sides[0].exchange.response if sides else None
    if response is None:
        return None
    return next((float(response.at_us + at_us) for at_us, _ in response.chunks), None)


def judged(played: Played, *, profile: str = "openai", ruleset: str | None = None) -> Judged:
    """Judge one cell: its bytes, as of every scenario, and what was to be watched.

    A ruleset says of the rules on bytes which hold; what is watched is no part of any.
    """
    if played.sessions:
        return _compared(played, profile, ruleset)
    plain = judging.judged(played, profile=profile, ruleset=ruleset)
    if not played.upstream:
        return plain
    match played.scenario.behaviour:
        case "incremental":
            return _added(plain, held_back(played), HELD)
        case "first_event":
            # What is held back here is judged by the scenario that repeats itself.
            return replace(plain, gaps=held_back(played).gaps)
        case "leaving":
            return _added(plain, left(played), LEFT)
        case _:
            return plain


_OF_TWO: Final[Mapping[str | None, str]] = {"repeat": REPEAT, "whole_is_fold": FOLD}
"""What is judged of two answers, and by which rule."""


def _compared(played: Played, profile: str, ruleset: str | None) -> Judged:
    first, *others = played.sessions
    plain = judging.judged(first, profile=profile, ruleset=ruleset)
    if (why := _incomparable(played)) is not None:
        return _added(plain, Watched(reason=why), _OF_TWO.get(played.scenario.behaviour, CROSSED))
    match played.scenario.behaviour:
        case "repeat":
            rule, found = REPEAT, repeated(first, others[0])
        case "incremental":
            return _added(plain, held_in_all(played.sessions), HELD)
        case "whole_is_fold":
            rule, found = FOLD, folded(first, others[0])
        case _:
            plain = replace(plain, rules=plain.rules | {SHARED})
            rule, found = CROSSED, (*crossed(first, others), *shared(played.sessions))
    if not first.upstream:
        return plain
    # The first session stands for those that are like it; of the others, what it does not have.
    told = {(one.rule, one.subject) for _, one in plain.findings}
    number = len(first.client)
    further: list[tuple[int, Finding]] = []
    for one in others if len(others) == 1 else ():
        second = judging.judged(one, profile=profile, ruleset=ruleset)
        if second.status is CellStatus.FAILED and second.reason is not None:
            # It hung or hung up, for which there is no finding.
            told_already = plain.reason if plain.status is CellStatus.FAILED else None
            plain = replace(plain, status=second.status, reason=told_already or second.reason)
        for at, finding in second.findings:
            if (finding.rule, finding.subject) not in told:
                told.add((finding.rule, finding.subject))
                further.append((number + at, finding))
        number += len(one.client)
    return _added(plain, Watched(findings=(*found, *further)), rule)


def _incomparable(played: Played) -> str | None:
    """Why nothing can be said of several answers; None where something can."""
    _, *others = played.sessions
    if not others:
        return "its client gave up on every session of the crowd"
    if played.scenario.behaviour not in _OF_TWO:
        return None
    if (status := turned_away(others[0])) is not None:
        return f"the target answered {status} to the second request and asked no upstream"
    if any(map(is_given_up, played.sessions)):
        return "the client gave up on one of the two answers"
    return None


def _added(plain: Judged, watched: Watched, rule: str) -> Judged:
    """What is known of the bytes, with what watching added."""
    extra = watched.findings
    status, reason = plain.status, plain.reason
    blamed = {one.severity for _, one in extra if one.origin.value != "upstream"}
    if Severity.ERROR in blamed and status is not CellStatus.FAILED:
        status, reason = CellStatus.FAILED, None
    elif Severity.WARNING in blamed and status in {CellStatus.PASSED, CellStatus.NOT_EXERCISED}:
        status, reason = CellStatus.WARNED, None
    elif watched.reason is not None and status in {CellStatus.PASSED, CellStatus.WARNED}:
        status, reason = CellStatus.NOT_EXERCISED, watched.reason
    rules = frozenset({rule}) if watched.reason is None else frozenset()
    return replace(
        plain,
        status=status,
        reason=reason,
        watched=(*plain.watched, *extra),
        rules=plain.rules | rules,
        gaps=watched.gaps,
        left=watched.left,
    )
