"""The place where conversations are played: a gateway, our client before it, our upstream behind it, a judge beside."""

from __future__ import annotations

import asyncio
import fnmatch
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Final, Self

from harness.checking.fingerprints import fingerprint
from harness.conforming.judge import Judge, Terms
from harness.conforming.run import listening, polish_of
from harness.errors import HarnessError, TargetError, UnknownName
from harness.findings import Finding, Severity
from harness.fuzzing.floor import Floor
from harness.fuzzing.reached import Reached
from harness.fuzzing.stalls import Stalls
from harness.gateway.accounts import LOGGER
from harness.generate.reach import can_play
from harness.io.server.timetable import now
from harness.results.result import CellStatus
from harness.sandwich.behaviours import behave, together
from harness.sandwich.behaviours_comparing import is_refused
from harness.sandwich.behaviours_rules import CROSSED
from harness.sandwich.client import new_client
from harness.sandwich.session import Player
from harness.sandwich.unended import GRACE_MS, is_given_up
from harness.sandwich.upstream import ScenarioUpstream
from harness.scenarios.mark import marks_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path
    from types import TracebackType

    import httpx

    from harness.conforming.judge import Ruled
    from harness.generate.sketch import Sketch
    from harness.sandwich.session import Mode, Played, Route
    from harness.scenarios.scenario import Scenario
    from harness.targets.target import Running, Target

HUNG: Final = "HUNG"
CRASHED: Final = "CRASHED"
_COUNTED: Final = frozenset({Severity.ERROR, Severity.WARNING})
_WATCHED: Final = frozenset({"incremental", "leaving", "first_event"})
_REFUSED: Final = 8
_LEAVE_AFTER: Final = 3
_LEAVE_AT: Final = 2.0
_LINGER: Final = 8.0


@dataclass(frozen=True, order=True)
class Key:
    """What tells findings apart: the way through the gateway, the rule, and what the rule found.

    Args:
        route: Such as `chat over gemini`.
        rule: Id of the rule; `HUNG` and `CRASHED` stand for what is no rule's.
        fingerprint: As `harness check` tells it.
    """

    route: str
    rule: str
    fingerprint: str


@dataclass(frozen=True)
class Way:
    """A route and a mode."""

    route: Route
    mode: Mode


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What came of one play.

    Args:
        played: What went over the wire.
        findings: What the gateway is to blame for, each kind once.
        rules: Ids of the rules that had something to judge.
        stalled: For how many seconds our own event loop did not run meanwhile.
    """

    played: Played
    findings: Mapping[Key, Finding]
    rules: frozenset[str] = frozenset()
    stalled: float = 0.0


class Gone(Exception):
    """The gateway does not run any more; says why."""


@dataclass
class Arena:
    """Plays sketches against one target; used as a context.

    Args:
        target: What is fuzzed.
        tools: Where targets are installed.
        folder: For what the target writes.
        listen: Port of our upstream; 0 takes a free one.
        profile: What answers are judged by.
        seconds: The longest that a session may take.
        concurrency: Sessions at a time.
        secrets: Values that are shown nowhere.
        hidden: Names of headers whose values are shown nowhere.
        beside: Judge in a process of its own.

    Attributes:
        plays: How many conversations were played.
        statuses: Of all first answers.
        reached: What came of asking, by the dialect it was asked in.
        upstream: Where our upstream listens.
    """

    target: Target
    tools: Path
    folder: Path
    listen: int = 0
    profile: str = "openai"
    seconds: float = 6.0
    concurrency: int = 16
    secrets: Mapping[str, str] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    beside: bool = True
    plays: int = field(default=0, init=False)
    statuses: set[int] = field(default_factory=set, init=False)
    reached: Reached = field(default_factory=Reached, init=False)
    running: Running = field(init=False)
    upstream: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self._stack = ExitStack()
        self._serial = count()
        self._silent = 0

    def __enter__(self) -> Self:
        """Start everything.

        Raises:
            TargetError: The target is not installed, does not start, or cannot be fuzzed.
        """
        lacks = self.target.installed(self.tools)
        if lacks is not None:
            raise TargetError(f"{self.target.name} is not installed", found=lacks)
        with ExitStack() as stack:
            logger = logging.getLogger(LOGGER)
            stack.callback(logger.setLevel, logger.level)
            logger.setLevel(logging.CRITICAL)
            self._handler = ScenarioUpstream()
            server = stack.enter_context(listening(self._handler, self.listen))
            self.upstream = server.url
            self.running = stack.enter_context(self.target.run(server.url, self.tools, self.folder))
            if any(one.alone for one in self.running.routes):
                raise TargetError(
                    f"{self.target.name} has an upstream of its own, so that nothing can be said to it",
                    hint="fuzz a gateway that asks our upstream; with --base-url that takes --upstream-port",
                )
            terms = Terms(
                target=self.target.name,
                client="client.cassette.jsonl",
                upstream="upstream.cassette.jsonl",
                profile=self.profile,
                stable=polish_of(self.target, self.running, server.url, self.tools, self.folder),
                secrets=self.secrets,
                hidden=self.hidden,
            )
            self._judge = stack.enter_context(Judge(terms, beside=self.beside))
            self._thread = stack.enter_context(ThreadPoolExecutor(1, "harness-judge"))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def ways(self, routes: Sequence[str] = (), modes: Sequence[str] = ()) -> tuple[Way, ...]:
        """The ways through the target that are meant by patterns of routes and by modes; of none, all.

        Raises:
            UnknownName: A pattern meets no route.
        """
        names = [one.name for one in self.running.routes]
        for pattern in routes:
            if not fnmatch.filter(names, pattern):
                raise UnknownName("route", pattern, names, where="--route")
        chosen: tuple[Mode, ...] = ("stream", "whole")
        return tuple(
            Way(route, mode)
            for route in self.running.routes
            if not routes or any(fnmatch.fnmatchcase(route.name, one) for one in routes)
            for mode in chosen
            if not modes or mode in modes
        )

    async def __aenter__(self) -> Self:
        """Open what sends."""
        self._client: httpx.AsyncClient = await new_client().__aenter__()
        self._player = Player(self.target.name, self._client, self._handler, None, self.seconds)
        self._floor = Floor(min(self.concurrency, self.running.concurrency or self.concurrency))
        self._stalls = await Stalls().__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stalls.__aexit__(kind, error, trace)
        await self._client.aclose()

    async def play(self, sketch: Sketch, way: Way) -> Seen | None:
        """Play one conversation and have it judged; None where it cannot be played that way.

        Raises:
            Gone: The gateway does not run any more.
        """
        if not can_play(sketch, way.route.inbound, way.route.upstream, way.mode):
            return None
        # Each play has a mark of its own, so that the same may be played twice at a time.
        scenario = sketch.scenario(f"generated-{next(self._serial)}", seconds=self.seconds)
        async with self._place(sketch):
            begun = now()
            played = await self._played(sketch, scenario, way)
            stalled = self._stalls.since(begun)
        self.plays += 1
        self._look(played)
        ruled = await asyncio.get_running_loop().run_in_executor(self._thread, self._ruled, played)
        return Seen(
            played=played,
            findings=self._excused(sketch, way, self._findings(ruled, way, played, stalled)) if ruled else {},
            rules=frozenset(ruled.cell.rules) if ruled is not None else frozenset(),
            stalled=stalled,
        )

    async def _played(self, sketch: Sketch, scenario: Scenario, way: Way) -> Played:
        """One cell, with fewer sessions and shorter streams than `harness conform` has for the same: they are shown."""
        play = partial(self._player.play, scenario, way.route, way.mode)
        if sketch.behaviour == "leaving":
            return await play(leave_after=_LEAVE_AFTER, leave_at=_LEAVE_AT, linger=_LINGER)
        if sketch.behaviour == "crosstalk":
            alone = await play()
            came = await asyncio.gather(*(play(number=one) for one in range(1, 1 + sketch.crowd)))
            # A machine that is busy refuses a session of a crowd, or has not answered it when its client gives up; what
            # was answered is looked at all the same.
            answered = [one for one in came if not (is_refused(one) or is_given_up(one))]
            return together([alone, *answered]) if answered and not is_given_up(alone) else alone
        return await behave(self._player, scenario, way.route, way.mode)

    def _place(self, sketch: Sketch) -> AbstractAsyncContextManager[None]:
        if sketch.behaviour == "crosstalk":
            return self._floor.calm(1)
        return self._floor.calm() if sketch.behaviour in _WATCHED else self._floor.many()

    def _ruled(self, played: Played) -> Ruled | None:
        try:
            return self._judge(played)
        except HarnessError:
            logging.getLogger(__name__).exception("a conversation could not be judged")
            return None

    def _look(self, played: Played) -> None:
        first = played.client[0].exchange
        status = first.response.status if first.response is not None else None
        self.reached.note(played.route.inbound, status, is_through=bool(played.upstream))
        if first.response is not None:
            self._silent = 0
            self.statuses.add(first.response.status)
        elif not played.upstream:
            self._silent += 1
        why = self.running.ended()
        if why is None and self._silent >= max(_REFUSED, self.concurrency * 2):
            why = f"{self._silent} requests after one another got no answer"
        if why is not None:
            raise Gone(why)

    def _findings(self, ruled: Ruled, way: Way, played: Played, stalled: float) -> dict[Key, Finding]:
        cell = ruled.cell
        told = [one for one in ruled.blamed if one.severity in _COUNTED]
        is_silent = cell.status is CellStatus.NOT_EXERCISED
        if way.route.upstream is None and is_silent and "has no words for this" in (cell.reason or ""):
            return {}
        if cell.status is CellStatus.FAILED and cell.reason is not None:
            if stalled >= min(GRACE_MS / 1e3, self.seconds / 2):
                return {}  # it was we who did not listen, for as long as a gateway has to end its answer
            told = [_wordless(HUNG, cell.reason)]  # whatever else is missing follows from that
        elif not played.upstream and (crash := self._crash(played)) is not None:
            told = [crash]
        if not played.sessions and (crossed := _crossed(played)) is not None:
            told = [crossed]
        found: dict[Key, Finding] = {}
        for one in told:
            found.setdefault(Key(way.route.name, one.rule, fingerprint(one)), one)
        return found

    def _excused(self, sketch: Sketch, way: Way, found: dict[Key, Finding]) -> dict[Key, Finding]:
        """Without the rules on translation, where the target says itself that it does not do this."""
        places = [f"{way.route.name}/{name}" for name in _scenarios_like(sketch)]
        paths = [path for place in places for path in (place, f"{place}/{way.mode}")]
        if not any(fnmatch.fnmatchcase(path, one) for path in paths for one in self.target.unsupported):
            return found
        return {key: one for key, one in found.items() if not key.rule.startswith("XLAT-")}

    def _crash(self, played: Played) -> Finding | None:
        """An answer of 500 to what others are answered, without the upstream having been asked."""
        response = played.client[0].exchange.response
        if response is None or response.status != 500 or not self.statuses - {500}:
            return None
        return _wordless(CRASHED, "it answered 500 to a legal request and asked no upstream")


def _scenarios_like(sketch: Sketch) -> list[str]:
    """The scenarios of `harness conform` that try the same, by which a target says what it does not do."""
    names = [f"behaviour-{sketch.behaviour.replace('_', '-')}"] if sketch.behaviour else []
    return [*names, "conversation-previous-response"] if sketch.follows else names


def _wordless(rule: str, reason: str) -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.ERROR,
        message=reason,
        subject=re.sub(r"\d+", "0", re.sub(r"for \d+ s", "for long", reason)),
    )


def _crossed(played: Played) -> Finding | None:
    """The mark of another session in an answer: many are played at a time."""
    for side in played.client:
        response = side.exchange.response
        body = b"".join(one.data for one in response.chunks) if response is not None else b""
        others = [one for one in marks_in(body) if one != played.mark]
        if others:
            return Finding(
                rule=CROSSED,
                severity=Severity.ERROR,
                message="A session has the word of another one in its answer.",
                expected=f"{played.mark} only",
                found=", ".join(others[:3]),
                subject="another session in the answer",
            )
    return None
