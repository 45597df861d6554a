"""Playing the cells of one target, several at a time, in bounded time whatever the target does."""

from __future__ import annotations

import asyncio
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from harness.conforming.choosing import matching
from harness.conforming.judge import Ruled
from harness.results.result import Cell, CellStatus
from harness.sandwich.behaviours import Turn, behave, requests_of, turn_of
from harness.sandwich.client import ENDLESS, new_client
from harness.sandwich.session import Mode, Player, cell_id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from harness.conforming.judge import Judge
    from harness.conforming.wishes import Wishes
    from harness.io.recorder import Recorder
    from harness.sandwich.session import Played, Route
    from harness.sandwich.upstream import ScenarioUpstream
    from harness.scenarios.scenario import Scenario
    from harness.targets.target import Running

CALM: Final = 4
"""Cells at a time whose times are watched; they come after the others, so that no crowd delays them."""
ALIVE: Final = 0.25
"""Seconds between two looks whether the target still runs."""
_REFUSED: Final = 8
"""So many sessions after one another that get no connection: nobody is there any more."""
_ENDLESS: Final = 8
"""So many answers after one another that have no end: the disk is not filled with more of them."""
_WAITING: Final = 2
"""How many sessions for each that is played may wait to be judged."""


class Job(NamedTuple):
    """A cell that is to be played."""

    scenario: Scenario
    route: Route
    mode: Mode


@dataclass(frozen=True, kw_only=True)
class Halt:
    """Why no more is played.

    Args:
        reason: In words.
        status: What becomes of the cells that are left.
        died: The target is gone.
        interrupted: Whoever started the run ended it.
    """

    reason: str
    status: CellStatus = CellStatus.NOT_EXERCISED
    died: bool = False
    interrupted: bool = False


def jobs_of(routes: Sequence[Route], scenarios: Sequence[Scenario]) -> list[Job]:
    """The cells of a target, in the order of the result: by route, scenario and mode."""
    return [
        Job(scenario, route, mode)
        for route in routes
        for scenario in scenarios
        for mode in scenario.modes
        if route.inbound in scenario.inbound
        and (route.upstream is None or route.upstream in scenario.upstream)
    ]


def left_out(target: str, job: Job, status: CellStatus, reason: str) -> Cell:
    """A cell that was not played, or of which nothing can be said."""
    return Cell(
        id=cell_id(target, job.route.name, job.scenario.name, job.mode),
        target=target,
        route=job.route.name,
        scenario=job.scenario.name,
        mode=job.mode,
        status=status,
        reason=reason,
        missing=tuple(sorted(job.scenario.exercises)),
    )


class Playing:
    """Plays and has judged every cell of one target.

    Args:
        target: Its name.
        running: The target.
        handler: What answers behind it.
        recorder: Keeps the client's side.
        wishes: How.
        judge: Judges a session; called on a thread.
        sink: Given each cell once, with its place among all.

    Attributes:
        scenarios: What the target is put through: its own where it has such.
        statuses: Of all first answers.
    """

    def __init__(
        self,
        target: str,
        running: Running,
        *,
        handler: ScenarioUpstream,
        recorder: Recorder,
        wishes: Wishes,
        judge: Judge | Callable[[Played], Ruled],
        sink: Callable[[int, Ruled], None],
    ) -> None:
        self._target = target
        self._running = running
        self._handler = handler
        self._recorder = recorder
        self._wishes = wishes
        self._judge = judge
        self._sink = sink
        self.scenarios = running.scenarios if running.scenarios is not None else wishes.scenarios
        if running.scenarios is not None and wishes.names:
            self.scenarios = matching(running.scenarios, wishes.names)
        self._jobs = jobs_of(running.routes, self.scenarios)
        self._concurrency = min(wishes.concurrency, running.concurrency or wishes.concurrency)
        self._places = asyncio.Semaphore(self._concurrency)
        self._waiting = asyncio.Semaphore(self._concurrency * _WAITING)
        # What is watched needs a target that has nothing else to do, and a crowd needs it for itself.
        self._turns = {Turn.CALM: asyncio.Event(), Turn.CROWD: asyncio.Event()}
        self._by_turn = {
            Turn.CALM: asyncio.Semaphore(min(CALM, self._concurrency)),
            Turn.CROWD: asyncio.Lock(),
        }
        self._open = [turn_of(job.scenario) for job in self._jobs]
        self._played: set[asyncio.Task[None]] = set()
        self._refused = self._unanswered = self._endless = self._done = 0
        self.statuses: set[int] = set()
        self._halt: Halt | None = None

    async def all(self) -> Halt | None:
        """Play all; gives why it ended early, if it did. Nothing is raised but what the system raises."""
        order = list(enumerate(self._jobs))
        too_many = self._beyond()
        if self._wishes.seed:
            random.Random(self._wishes.seed).shuffle(order)
        if not order:
            return None
        with ThreadPoolExecutor(1, "harness-judge") as thread:
            async with new_client() as client:
                player = Player(self._target, client, self._handler, self._recorder, self._wishes.seconds)
                tasks = [
                    asyncio.create_task(
                        self._spared(place, job)
                        if place in too_many
                        else self._one(place, job, player, thread)
                    )
                    for place, job in order
                ]
                watch = asyncio.create_task(self._watch())
                try:
                    await asyncio.wait(tasks)
                except asyncio.CancelledError:  # Ctrl-C, as asyncio.run has it
                    self.halt(Halt(reason="the run was interrupted", interrupted=True))
                    await asyncio.wait(tasks)
                finally:
                    watch.cancel()
                if self._unanswered:
                    await asyncio.sleep(ALIVE)  # it may be ending at this moment
        if self._halt is None and (why := self._ended()) is not None:
            self._halt = _gone(why)
        return self._halt

    def halt(self, halt: Halt) -> None:
        """Play no more, and give up what is being played; what has been played is still judged."""
        if self._halt is None:
            self._halt = halt
            for task in tuple(self._played):
                task.cancel()

    def _beyond(self) -> frozenset[int]:
        """The cells for which no request is left."""
        if self._wishes.requests is None:
            return frozenset()
        sent, beyond = 0, set()
        for place, job in enumerate(self._jobs):
            needs = requests_of(job.scenario)
            if sent + needs > self._wishes.requests:
                beyond.add(place)
            else:
                sent += needs
        return frozenset(beyond)

    async def _spared(self, place: int, job: Job) -> None:
        why = f"left out: {self._wishes.requests} requests at most"
        self._give(place, self._without(job, CellStatus.NOT_EXERCISED, why))

    async def _one(self, place: int, job: Job, player: Player, thread: ThreadPoolExecutor) -> None:
        try:
            found = await self._through(job, player, thread)
        except asyncio.CancelledError:
            halt = self._halt or Halt(reason="the run was interrupted")
            found = self._without(job, halt.status, halt.reason)
        except Exception as error:  # noqa: BLE001 - one cell's failure must not end the others
            found = self._without(job, CellStatus.HARNESS_FAULT, _told(error))
        self._give(place, found)

    def _give(self, place: int, found: Ruled) -> None:
        self._done += 1
        self._open.remove(turn_of(self._jobs[place].scenario))
        for turn, event in self._turns.items():
            if min(self._open, default=turn) >= turn:
                event.set()
        self._sink(place, found)
        self._wishes.progress(self._done, len(self._jobs), found.cell.id)

    async def _through(self, job: Job, player: Player, thread: ThreadPoolExecutor) -> Ruled:
        turn = turn_of(job.scenario)
        if min(self._open) < turn:
            await self._turns[turn].wait()
        async with self._waiting:
            async with self._by_turn.get(turn, self._places):
                if self._halt is not None:
                    return self._without(job, self._halt.status, self._halt.reason)
                task = asyncio.current_task()
                assert task is not None  # noqa: S101 - for the type checker: this is one
                self._played.add(task)
                try:
                    played = await behave(player, job.scenario, job.route, job.mode)
                finally:
                    self._played.discard(task)
            self._look(played)
            judging = asyncio.get_running_loop().run_in_executor(thread, self._judge, played)
            del played
            return await judging

    def _look(self, played: Played) -> None:
        """Whether anybody is still there."""
        first = played.client[0].exchange
        if first.response is not None:
            self._refused = self._unanswered = 0
            self.statuses.add(first.response.status)
            self._endless = self._endless + 1 if first.ending.exception == ENDLESS else 0
            if self._endless >= _ENDLESS:
                self.halt(_gone(f"{_ENDLESS} answers after one another had no end"))
            return
        self._unanswered += 1
        self._refused = self._refused + 1 if first.ending.exception == "ConnectError" else 0
        if self._refused >= _REFUSED:
            why = "it takes no more connections"
        elif self._unanswered >= max(_REFUSED, self._concurrency * (2 if self.statuses else 1)):
            why = f"{self._unanswered} requests after one another got no answer"
        else:
            return
        self.halt(_gone(why))

    async def _watch(self) -> None:
        budget = self._wishes.budget
        begun = asyncio.get_running_loop().time()
        while True:
            if (why := self._ended()) is not None:
                self.halt(_gone(why))
            elif budget is not None and asyncio.get_running_loop().time() - begun >= budget:
                self.halt(Halt(reason=f"left out: the budget of {budget:g} s was spent"))
            await asyncio.sleep(ALIVE if budget is None else min(ALIVE, budget / 4))

    def _ended(self) -> str | None:
        """Why the target does not run any more; None while it does."""
        try:
            return self._running.ended()
        except Exception as error:  # noqa: BLE001 - a target is somebody else's code
            return _told(error)

    def _without(self, job: Job, status: CellStatus, reason: str) -> Ruled:
        return Ruled(left_out(self._target, job, status, reason))


def _gone(why: str) -> Halt:
    return Halt(reason=f"the target is gone: {why}", status=CellStatus.HARNESS_FAULT, died=True)


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]
