"""The hunt: conversations are played until time is over, what is found is made small beside it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from time import monotonic
from typing import TYPE_CHECKING, Final

from harness.fuzzing.arena import HUNG, Gone
from harness.fuzzing.saving import events_of
from harness.fuzzing.shrinking import CONFIRMED, Shrinker, Shrunk
from harness.fuzzing.supply import Supply
from harness.sandwich.behaviours_rules import HELD, LEFT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from harness.findings import Finding
    from harness.fuzzing.accepting import Accepting
    from harness.fuzzing.arena import Arena, Key, Seen, Way
    from harness.fuzzing.supply import Next
    from harness.generate.sketch import Sketch

SHRINKERS: Final = 3
"""Findings that are made small at a time."""
_LEAST: Final = 2.0
"""Seconds for a finding, however many wait."""
_BACKLOG: Final = 8
_PAUSE: Final = 0.05
_AGAIN: Final = 1.0
"""Seconds after which a task that has not ended is cancelled again."""
_LONG: Final = 12
"""Events of an upstream's stream beyond which whole answers are tried in its place."""
_TAIL: Final = 0.15
"""The part of the time that is kept for what was found last."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How long is hunted, and for what.

    Args:
        seed: Of what is generated.
        seconds: The longest, shrinking included; None is no limit.
        examples: The most conversations, those for shrinking not counted.
        enough: Stop when so many findings are there.
        shrink_seconds: For one finding.
        only: Patterns of the rules that count; of none, all.
        ignored: Patterns of rules that do not.
        concurrency: Sessions at a time.
    """

    seed: int = 0
    seconds: float | None = 60.0
    examples: int | None = None
    enough: int | None = None
    shrink_seconds: float = 20.0
    only: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    concurrency: int = 16


@dataclass(kw_only=True)
class Found:
    """One finding, while it is hunted.

    Args:
        key: What tells it from others.
        way: Where it was seen.
        sketch: The lightest conversation that showed it so far.
        finding: What the rule said of it.
        seen: The play that showed it.
        known: It stands in the database.
        after: How many seconds after the beginning it was seen.
        plays: How many conversations had been played by then.
        shrunk: What is left of it.
    """

    key: Key
    way: Way
    sketch: Sketch
    finding: Finding
    seen: Seen
    known: bool = False
    after: float = 0.0
    plays: int = 0
    shrunk: Shrunk | None = None


_CLOCKED: Final = frozenset({HELD, LEFT, HUNG, "HTTP-CLOSE-001", "SSE-IDLE-001"})
"""Rules that the clock decides: on a busy machine they may speak by chance."""


def is_sure(found: Found) -> bool:
    """Whether it has shown again, so that it is no chance."""
    shrunk = found.shrunk
    if shrunk is None:
        return found.key.rule not in _CLOCKED
    return shrunk.shown == CONFIRMED if found.key.rule in _CLOCKED else shrunk.seen is not None


@dataclass
class Hunt:
    """One hunt through one arena.

    Args:
        arena: Plays.
        ways: The ways that are taken.
        terms: How long, and for what.
        accepting: What is known and accepted.
        tell: Told how far it is.

    Attributes:
        found: What was found, by key, in order.
        examples: How many generated conversations were played.
        rules: Ids of the rules that had something to judge.
        stopped: Why it ended early; None where its time was over.
        died: The gateway is gone.
        interrupted: Whoever started it ended it.
        troubles: What kept conversations from being played, with the first of each kind: defects of this tool.
    """

    arena: Arena
    ways: Sequence[Way]
    terms: Terms
    accepting: Accepting | None = None
    tell: Callable[[Hunt], None] = field(default=lambda _: None)
    found: dict[Key, Found] = field(default_factory=dict)
    examples: int = 0
    rules: set[str] = field(default_factory=set)
    stopped: str | None = None
    died: bool = False
    interrupted: bool = False
    troubles: dict[str, Sketch] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._begun = monotonic()
        self._queue: asyncio.Queue[Found | None] = asyncio.Queue()
        self._supply = Supply(self.ways, self.terms.seed)
        self._over = False

    async def run(self, known: Sequence[tuple[Way, Sketch, Key]] = ()) -> Mapping[Key, bool | None]:
        """Hunt.

        Args:
            known: What the database has: it is played first.

        Returns:
            Whether each of what was known is still there; None where nobody knows.
        """
        self._begun = monotonic()
        still: dict[Key, bool | None] = {}
        async with self.arena:
            shrinkers = [asyncio.create_task(self._shrinker()) for _ in range(SHRINKERS)]
            try:
                for way, sketch, key in known:
                    still[key] = await self._again(way, sketch, key)
                if self.ways:
                    await self._generated()
                for _ in shrinkers:
                    self._queue.put_nowait(None)
                await asyncio.gather(*shrinkers)
            except Gone as gone:
                self.stopped, self.died = f"the gateway is gone: {gone}", True
            except asyncio.CancelledError:
                self.stopped, self.interrupted = "the hunt was interrupted", True
            finally:
                self._over = True
                await _ended(shrinkers)
        return still

    @property
    def seconds(self) -> float:
        """How long it has been going on."""
        return monotonic() - self._begun

    def left(self) -> float:
        """Seconds until all is over."""
        return float("inf") if self.terms.seconds is None else self.terms.seconds - self.seconds

    async def _generated(self) -> None:
        given = iter(self._supply)
        workers = [asyncio.create_task(self._worker(given)) for _ in range(self.terms.concurrency)]
        try:
            await asyncio.gather(*workers)
        except BaseException:
            self._over = True
            raise
        finally:
            await _ended(workers)

    async def _worker(self, given: Iterator[Next]) -> None:
        while not (self._over or self._is_enough()):
            if self._queue.qsize() > _BACKLOG:
                await asyncio.sleep(_PAUSE)  # what is found is made small before more is looked for
                continue
            one = next(given)
            self.examples += 1
            seen = await self._played(one.sketch, one.way)
            if seen is not None:
                self._noted(one.sketch, one.way, seen)
            self.tell(self)

    async def _played(self, sketch: Sketch, way: Way) -> Seen | None:
        """What came of a conversation; None where it cannot be played that way, or where this tool failed."""
        try:
            return await self.arena.play(sketch, way)
        except Gone:
            raise
        except Exception as error:  # noqa: BLE001 - one conversation must not end the hunt
            self.troubles.setdefault(f"{type(error).__name__}: {error}", sketch)
            return None

    def _is_enough(self) -> bool:
        terms = self.terms
        if terms.enough is not None and len(self.found) >= terms.enough:
            self.stopped = (
                self.stopped or f"{terms.enough} finding{'s' if terms.enough != 1 else ''} were to be enough"
            )
            return True
        if terms.examples is not None and self.examples >= terms.examples:
            return True
        if self.arena.reached.is_hopeless:
            self.stopped = self.stopped or "it never asked our upstream"
            return True
        if terms.seconds is None:
            return False
        tail = min(terms.shrink_seconds, terms.seconds * _TAIL) if self.found else 0.0
        return self.left() <= tail

    def _noted(self, sketch: Sketch, way: Way, seen: Seen) -> None:
        self.rules |= seen.rules
        for key, finding in seen.findings.items():
            if not self._counts(key, way, finding):
                continue
            before = self.found.get(key)
            if before is None:
                enough = self.terms.enough
                if enough is not None and len(self.found) >= enough:
                    continue
                made = Found(
                    key=key,
                    way=way,
                    sketch=sketch,
                    finding=finding,
                    seen=seen,
                    after=self.seconds,
                    plays=self.arena.plays,
                )
                self.found[key] = made
                self._supply.interesting(sketch)
                self._queue.put_nowait(made)
            elif before.shrunk is None and sketch.weight < before.sketch.weight:
                before.sketch, before.way, before.finding, before.seen = sketch, way, finding, seen

    def _counts(self, key: Key, way: Way, finding: Finding) -> bool:
        terms = self.terms
        if terms.only and not any(fnmatchcase(key.rule, one) for one in terms.only):
            return False
        if any(fnmatchcase(key.rule, one) for one in terms.ignored):
            return False
        return self.accepting is None or not self.accepting.accepts(key, way, finding)

    async def _again(self, way: Way, sketch: Sketch, key: Key) -> bool | None:
        """Whether what is known shows again; None where that cannot be played."""
        for _ in range(3):
            seen = await self._played(sketch, way)
            if seen is None:
                return None
            self._noted(sketch, way, seen)
            if key in seen.findings:
                if key in self.found:
                    self.found[key].known = True
                return True
        return False

    def _share(self, one: Found) -> float:
        """Seconds for a finding: where many wait, less than each would get by itself."""
        fair = self.left() * SHRINKERS / (self._queue.qsize() + 1)
        # What hangs takes the whole patience of the client in each try.
        wanted = self.terms.shrink_seconds * (3 if one.key.rule == HUNG else 1)
        return min(wanted, max(_LEAST, fair))

    async def _as_whole(self, one: Found, shrunk: Shrunk, left: Callable[[], float]) -> Shrunk:
        """A stream that is still long gives way to whole answers that show it, too: the smaller session wins."""
        if shrunk.seen is None or one.way.mode != "stream" or _events(shrunk.seen) <= _LONG or left() <= 0:
            return shrunk
        whole = next(
            (way for way in self.ways if way.route.name == one.way.route.name and way.mode == "whole"), None
        )
        if whole is None:
            return shrunk
        other = await Shrinker(self.arena, one.key, whole, left=left, note=self._noted).shrink(shrunk.sketch)
        if other.seen is None or other.shown < shrunk.shown or _events(other.seen) >= _events(shrunk.seen):
            return shrunk
        one.way = whole
        return other

    async def _shrinker(self) -> None:
        while not self._over and (one := await self._queue.get()) is not None:
            if self.left() <= 0:
                continue  # it stays as it was found
            until = monotonic() + (self._share(one) if not one.known else 0.0)

            def left(until: float = until) -> float:
                return min(until - monotonic(), self.left())

            shrinker = Shrinker(self.arena, one.key, one.way, left=left, note=self._noted)
            try:
                shrunk = await shrinker.shrink(one.sketch)
                shrunk = await self._as_whole(one, shrunk, left)
            except Gone:
                raise
            except Exception as error:  # noqa: BLE001 - likewise
                self.troubles.setdefault(f"{type(error).__name__}: {error}", one.sketch)
                continue
            if shrunk.seen is not None:
                one.seen = shrunk.seen
                one.finding = shrunk.seen.findings.get(one.key, one.finding)
            one.shrunk, one.sketch = shrunk, shrunk.sketch
            self.tell(self)


def _events(seen: Seen) -> int:
    return events_of(side.exchange for side in seen.played.upstream)


async def _ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    """End tasks, whatever comes meanwhile: a cancellation may be lost in what a task is in, and come again to this."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        try:
            _, left = await asyncio.wait(left, timeout=_AGAIN)
        except asyncio.CancelledError:
            continue  # asked again to end, which is what is being done
    for task in tasks:
        if not task.cancelled():
            task.exception()  # it is told already; nobody else would ask for it
