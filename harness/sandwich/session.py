"""One session of the sandwich: a scenario, played over one route, in one mode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from harness.sandwich.answered import whole_answer
from harness.sandwich.client import ask
from harness.sandwich.upstream import Plan
from harness.scenarios.asking import continued
from harness.scenarios.mark import mark

if TYPE_CHECKING:
    import httpx

    from harness.cassettes.exchange import Exchange, Headers
    from harness.sandwich.upstream import ScenarioUpstream
    from harness.scenarios.scenario import Scenario
    from harness.translation.engine import InboundDialect
    from harness.translation.profiles import UpstreamDialect

Mode = Literal["stream", "whole"]
_PATHS = {"chat": "/chat/completions", "responses": "/responses"}


@dataclass(frozen=True, kw_only=True)
class Route:
    """One way through a target.

    Args:
        name: Such as `chat over gemini`; unique in its target.
        base_url: What clients use.
        model: What they ask for.
        inbound: What they speak.
        upstream: What the target speaks upstream on this way.
        headers: Further fields, a key among them.
    """

    name: str
    base_url: str
    model: str
    inbound: InboundDialect
    upstream: UpstreamDialect
    headers: Headers = ()


@dataclass(frozen=True, kw_only=True)
class Played:
    """A session that is over.

    Args:
        scenario: What was played.
        route: Over which way.
        mode: Streamed or whole.
        downstream: What the client asked and was answered, in order.
        upstream: What the target asked and was answered, in order.
    """

    scenario: Scenario
    route: Route
    mode: Mode
    downstream: tuple[Exchange, ...]
    upstream: tuple[Exchange, ...]


async def play(
    client: httpx.AsyncClient, upstream: ScenarioUpstream, scenario: Scenario, route: Route, mode: Mode
) -> Played:
    """Play one session."""
    name = mark(scenario.name, route.name, mode)
    plan = upstream.plans[name] = Plan(name, scenario)
    body = scenario.asks.body(route.inbound, model=route.model, mark=name, stream=mode == "stream")
    exchanges: list[Exchange] = []
    headers = (("content-type", "application/json"), *route.headers)
    url = route.base_url.rstrip("/") + _PATHS[route.inbound]
    while True:
        sent = msgspec.json.encode(body)
        exchange = await ask(client, url, headers, sent, seconds=scenario.seconds)
        exchanges.append(exchange)
        following = _following(scenario, route, body, exchange)
        if following is None or len(exchanges) >= max(1, len(scenario.answers)):
            break
        body = following
    return Played(
        scenario=scenario,
        route=route,
        mode=mode,
        downstream=tuple(exchanges),
        upstream=tuple(one.exchange for one in plan.heard),
    )


def _following(
    scenario: Scenario, route: Route, body: dict[str, Any], exchange: Exchange
) -> dict[str, Any] | None:
    """What the client asks next, where the scenario has another turn and the answer can be read."""
    if not scenario.output:
        return None
    answer = whole_answer(route.inbound, exchange)
    return None if answer is None else continued(route.inbound, body, answer, scenario.output)
