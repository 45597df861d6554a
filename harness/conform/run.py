"""Running targets through scenarios, several sessions at a time, in bounded time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from harness.conform.cells import cell_of
from harness.errors import HarnessError
from harness.io.recorder import Recorder
from harness.io.server.threaded import ServerThread
from harness.results.result import Cell, CellStatus
from harness.results.result import Route as ResultRoute
from harness.results.result import Target as ResultTarget
from harness.sandwich.client import new_client
from harness.sandwich.judging import judged
from harness.sandwich.session import Mode, Player, cell_id
from harness.sandwich.upstream import ScenarioUpstream

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from harness.sandwich.session import Played, Route
    from harness.scenarios.scenario import Scenario
    from harness.targets.target import Running, Target

CONCURRENCY: Final = 32
_ALIVE: Final = 0.5
"""Seconds between two looks whether the target still runs."""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """How a run is to be.

    Args:
        scenarios: What targets are put through.
        profile: What answers are judged by.
        concurrency: Sessions at a time.
        seconds: The longest that a session may take; None leaves that to its scenario.
        budget: The longest that a target may take, in seconds; None is no limit.
        requests: The most requests that a target is sent; None is no limit.
        progress: Told of each cell: how many are done, of how many, and its id.
    """

    scenarios: tuple[Scenario, ...]
    profile: str = "openai"
    concurrency: int = CONCURRENCY
    seconds: float | None = None
    budget: float | None = None
    requests: int | None = None
    progress: Callable[[int, int, str], None] = field(default=lambda done, of, cell: None)  # noqa: ARG005


def run_target(
    target: Target, wishes: Wishes, *, tools: Path, out: Path
) -> tuple[ResultTarget, list[Cell], list[str]]:
    """Put one target through the scenarios.

    Args:
        target: Which.
        wishes: How.
        tools: Where targets are installed.
        out: The folder of the result: cassettes go there, and what the target needs.

    Returns:
        What became of the target, its cells, and requests that belong to none of them.
    """
    if (lacks := target.installed(tools)) is not None:
        return _target(target, status="not_installed", reason=lacks), [], []
    files = {side: f"{target.name}.{side}.cassette.jsonl" for side in ("client", "upstream")}
    client, upstream = (
        Recorder(out / name, head={"notes": f"{target.name}, {side}"}) for side, name in files.items()
    )
    handler = ScenarioUpstream(upstream)
    cells: list[Cell] = []
    try:
        with ServerThread(handler, grace=0.0) as server, target.run(server.url, tools, out) as running:
            played, reason = asyncio.run(_played(target, running, handler, client, wishes))
            for one in played:
                if isinstance(one, Cell):
                    cells.append(one)
                    continue
                cells.append(
                    cell_of(
                        one,
                        judged(one, profile=wishes.profile),
                        target=target.name,
                        client=files["client"],
                        upstream=files["upstream"],
                        command=f"harness conform --target {target.name} --scenario {one.scenario.name}",
                    )
                )
            status = "ran" if reason is None else "died"
            ran = _target(
                target, running, status=status, reason=reason, log=running.log() if reason else None
            )
    except HarnessError as error:
        return _target(target, status="not_started", reason=str(error)), cells, handler.strays
    finally:
        for recorder in (client, upstream):
            recorder.close()
    return ran, cells, handler.strays


async def _played(
    target: Target, running: Running, handler: ScenarioUpstream, recorder: Recorder, wishes: Wishes
) -> tuple[list[Played | Cell], str | None]:
    """Play every cell; gives what was played, cells that were left out, and why the target ended, if it did."""
    jobs = [
        (scenario, route, mode)
        for route in running.routes
        for scenario in wishes.scenarios
        for mode in scenario.modes
        if route.inbound in scenario.inbound
        and (route.upstream is None or route.upstream in scenario.upstream)
    ]
    places = asyncio.Semaphore(wishes.concurrency)
    done = 0
    dead: str | None = None

    async with new_client(wishes.concurrency) as client:
        player = Player(target.name, client, handler, recorder, wishes.seconds)

        async def one(scenario: Scenario, route: Route, mode: Mode) -> Played | Cell:
            nonlocal done, dead
            async with places:
                if dead is None:
                    dead = running.ended()
                if dead is not None:
                    return _left_out(target, route, scenario, mode, f"the target is gone: {dead}")
                result = await player.play(scenario, route, mode)
            done += 1
            wishes.progress(done, len(jobs), result.cell)
            return result

        tasks = [asyncio.create_task(one(*job)) for job in jobs]
        try:
            async with asyncio.timeout(wishes.budget):
                await asyncio.gather(*tasks)
        except TimeoutError:
            dead = f"the budget of {wishes.budget:g} s is spent"
            await asyncio.gather(*tasks, return_exceptions=True)
        ended: list[Played | Cell] = []
        for job, task in zip(jobs, tasks, strict=True):
            if task.cancelled():
                scenario, route, mode = job
                ended.append(_left_out(target, route, scenario, mode, dead or "cancelled"))
            else:
                ended.append(task.result())
    return ended, dead


def _left_out(target: Target, route: Route, scenario: Scenario, mode: Mode, reason: str) -> Cell:
    return Cell(
        id=cell_id(target.name, route.name, scenario.name, mode),
        target=target.name,
        route=route.name,
        scenario=scenario.name,
        mode=mode,
        status=CellStatus.HARNESS_FAULT,
        reason=reason,
        missing=tuple(sorted(scenario.exercises)),
    )


def _target(
    target: Target,
    running: Running | None = None,
    *,
    status: str,
    reason: str | None = None,
    log: str | None = None,
) -> ResultTarget:
    routes: Sequence[Route] = running.routes if running is not None else ()
    return ResultTarget(
        name=target.name,
        title=target.title,
        version=running.version if running is not None else None,
        kind=target.kind,
        url=target.url or None,
        notes=running.notes if running is not None else (),
        commands=running.commands if running is not None else (),
        routes=tuple(
            ResultRoute(
                name=one.name,
                inbound=one.inbound,
                model=one.model,
                upstream=one.upstream,
                note=one.note or None,
            )
            for one in routes
        ),
        status=status,
        reason=reason,
        log=log,
    )
