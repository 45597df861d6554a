"""One session of the sandwich: a scenario, played over one route, in one mode."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from harness.cassettes.exchange import Request
from harness.io.server.timetable import now
from harness.sandwich.answered import whole_answer
from harness.sandwich.client import ask
from harness.sandwich.starving import watched_clock
from harness.sandwich.upstream import Plan
from harness.scenarios.asking import Said, continued
from harness.scenarios.mark import mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from harness.cassettes.exchange import Exchange, Headers
    from harness.io.recorder import Recorder
    from harness.sandwich.upstream import ScenarioUpstream
    from harness.scenarios.scenario import Scenario
    from harness.translation.engine import InboundDialect
    from harness.translation.profiles import UpstreamDialect

Mode = Literal["stream", "whole"]
_PATHS: Final = {"chat": "/chat/completions", "responses": "/responses"}
_LOOK: Final = 0.01
"""Seconds between two looks whether the upstream's answers are over."""
_WATCH: Final = 0.1
"""Seconds between two looks at the clock."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """One way through a target.

    Args:
        name: Such as `chat over gemini`; unique in its target.
        base_url: What clients use.
        model: What they ask for.
        inbound: What they speak.
        upstream: What the target speaks upstream on this way; None where that is seen when it asks, or where it has
            no upstream.
        headers: Further fields, a key among them.
        note: What a reader of the report should know of it.
        alone: Our upstream is not behind it: a model server, or a gateway that was not pointed at us. Only what it
            answers is judged, and what of a scenario was seen is seen there.
    """

    name: str
    base_url: str
    model: str
    inbound: InboundDialect
    upstream: UpstreamDialect | None
    headers: Headers = ()
    note: str = ""
    alone: bool = False


@dataclass(frozen=True, kw_only=True)
class Side:
    """One exchange of a session, as one side saw it.

    Args:
        exchange: What went over the wire.
        index: Its place in the side's recording; -1 where there is none.
        at_ms: When it began, in milliseconds after the session's first request.
        left_ms: When the reader hung up before our upstream's answer had ended, likewise; None where it did not.
    """

    exchange: Exchange
    index: int
    at_ms: float
    left_ms: float | None = None


@dataclass(frozen=True, kw_only=True)
class Played:
    """A session that is over.

    Args:
        cell: The id of what it was played for.
        scenario: What was played.
        route: Over which way.
        mode: Streamed or whole.
        client: What the client asked and was answered, in order.
        upstream: What the target asked and was answered, in order.
        mark: The session's mark.
        begun: When it began, on the clock of `now`.
        late: By how many seconds this process came late to what it had to do meanwhile.
        sessions: Where the cell is made of several sessions, each of them; `client` and `upstream` are then all
            of theirs.
    """

    cell: str
    scenario: Scenario
    route: Route
    mode: Mode
    client: tuple[Side, ...]
    upstream: tuple[Side, ...]
    mark: str = ""
    begun: float = 0.0
    late: float = 0.0
    sessions: tuple[Played, ...] = ()


class Player:
    """Plays sessions against one target.

    Args:
        target: Its name.
        client: What sends.
        upstream: What answers behind it.
        recorder: Keeps on the disk what the client asks and is answered.
        seconds: The longest that a session may take, whatever its scenario allows; None is no such limit.
    """

    def __init__(
        self,
        target: str,
        client: httpx.AsyncClient,
        upstream: ScenarioUpstream,
        recorder: Recorder | None = None,
        seconds: float | None = None,
    ) -> None:
        self._target = target
        self._client = client
        self._upstream = upstream
        self._recorder = recorder
        self._seconds = seconds

    async def play(
        self,
        scenario: Scenario,
        route: Route,
        mode: Mode,
        *,
        number: int = 0,
        leave_after: int | None = None,
        leave_at: float | None = None,
        linger: float = 0.0,
        cell: str | None = None,
    ) -> Played:
        """Play one session.

        Args:
            scenario: What is played.
            route: Over which way.
            mode: Streamed or whole.
            number: Which session of several that are played for one cell.
            leave_after: The client hangs up after so many reads.
            leave_at: It hangs up after so many seconds.
            linger: Seconds for which the upstream is watched on, until all its answers are over.
            cell: What it is played for, where that is not what is played.
        """
        cell = cell or cell_id(self._target, route.name, scenario.name, mode)
        name = mark(cell, number)
        plan = self._upstream.plans[name] = Plan(name, cell, scenario)
        body = scenario.asks.body(route.inbound, model=route.model, mark=name, stream=mode == "stream")
        headers = (("content-type", "application/json"), *route.headers)
        url = route.base_url.rstrip("/") + _PATHS[route.inbound]
        begun = now()
        client: list[Side] = []
        seconds = scenario.seconds if self._seconds is None else min(scenario.seconds, self._seconds)
        turns = requests_at_most(scenario)
        async with watched_clock(_WATCH) as clock:
            while True:
                sent = msgspec.json.encode(body)
                take = None
                if self._recorder is not None:
                    take = self._recorder.begin(Request("POST", url, headers, sent), extra={"cell": cell})
                at = now()
                exchange = await ask(
                    self._client,
                    url,
                    headers,
                    sent,
                    seconds=seconds,
                    leave_after=leave_after,
                    leave_at=leave_at,
                    take=take,
                )
                index = take.index if take is not None else -1
                client.append(Side(exchange=exchange, index=index, at_ms=(at - begun) * 1e3))
                if len(client) >= turns:
                    break
                following = _following(scenario, route, body, exchange, name)
                if following is None:
                    break
                body = following
        until = now() + linger
        while now() < until and not (plan.heard and all(one.ended for one in plan.heard)):  # noqa: ASYNC110 - another loop's
            await asyncio.sleep(_LOOK)
        del self._upstream.plans[name]
        return Played(
            cell=cell,
            scenario=scenario,
            route=route,
            mode=mode,
            client=tuple(client),
            upstream=tuple(
                Side(
                    exchange=one.exchange,
                    index=one.index,
                    at_ms=(one.asked_at - begun) * 1e3,
                    left_ms=(one.left_at - begun) * 1e3 if one.left_at is not None else None,
                )
                for one in plan.heard
            ),
            mark=name,
            begun=begun,
            late=max(clock),
        )


def requests_at_most(scenario: Scenario) -> int:
    """The most requests that a client sends in one session.

    What a model answers is not declared; then there is another turn where the client has something to say.
    """
    return len(scenario.answers) or (2 if scenario.output or scenario.follows else 1)


def cell_id(target: str, route: str, scenario: str, mode: Mode) -> str:
    """The id of a cell: the same in every run, and a path that globs of a baseline can meet."""
    return f"{target}/{route}/{scenario}/{mode}"


def _following(
    scenario: Scenario, route: Route, body: Mapping[str, Any], exchange: Exchange, name: str
) -> dict[str, Any] | None:
    """What the client asks next, where the scenario has another turn and the answer can be read."""
    answer = whole_answer(route.inbound, exchange) if scenario.output or scenario.follows else None
    if answer is None:
        return None
    if scenario.output:
        try:
            return continued(route.inbound, body, answer, scenario.output)
        except (LookupError, TypeError, AttributeError):
            # It is JSON, and no answer: the rules say so.
            return None
    # With the mark again: where the target does not know what went before, its upstream still knows the session.
    said = Said(role="user", text=f"{scenario.follows} [{name}]").items()
    return {**body, "input": said, "previous_response_id": answer.get("id")}
