"""GET /v1/models and /v1/models/{id}."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from harness.gateway.aside import aside
from harness.gateway.asking import call_of, collect, failure_in, tell
from harness.gateway.endpoints import no_model
from harness.jsonvalue import try_parse
from harness.translation.listing import PATHS, listing_of, models_of
from harness.turn.increments import Error

if TYPE_CHECKING:
    from harness.gateway.destinations import Destination
    from harness.gateway.exchange import Exchange

_log = logging.getLogger(__name__)


async def models(exchange: Exchange) -> None:
    """The models of all upstreams; of several, each name behind that of its upstream.

    One of several that cannot be asked is left out, and named in the log; the client is told only where all fail.
    """
    every = exchange.gateway.destinations.every
    if len(every) == 1:
        listed = await _models(exchange, every[0])
        if listed is not None:
            exchange.json(listing_of(listed))
        return
    found: list[dict[str, Any]] = []
    failures: list[Error] = []
    for destination in every:
        call = call_of(exchange, destination, "GET", PATHS[destination.dialect])
        collected = await aside(exchange, call)
        failed = failure_in(collected, call)
        listed = _listed(collected.body, destination) if failed is None else None
        if listed is not None:
            found += [{**one, "id": f"{destination.name}/{one['id']}"} for one in listed]
            continue
        failures.append(failed or _UNREADABLE)
        # Its code alone: a message may quote what an upstream said.
        _log.warning(
            "the models of upstream %s are not listed: %s",
            destination.name,
            failures[-1].code or failures[-1].status,
        )
    if len(failures) == len(every):
        tell(exchange, failures[0])
    else:
        exchange.json(listing_of(found))


async def model(exchange: Exchange) -> None:
    """One model, by its name: not every upstream can be asked for one, but all for their list."""
    name = exchange.found.id
    destination, renamed = exchange.route(name)
    listed = await _models(exchange, destination)
    if listed is None:
        return
    wanted = (renamed or name).removeprefix("models/")
    for one in listed:
        if one["id"] == wanted:
            exchange.json({**one, "id": name})
            return
    raise no_model(name)


async def _models(exchange: Exchange, destination: Destination) -> list[dict[str, Any]] | None:
    """The models of one upstream; None where the client has been told of an error instead."""
    body = await collect(exchange, call_of(exchange, destination, "GET", PATHS[destination.dialect]))
    if body is None:
        return None
    listed = _listed(body, destination)
    if listed is None:
        tell(exchange, _UNREADABLE)
    return listed


def _listed(body: bytes, destination: Destination) -> list[dict[str, Any]] | None:
    """The models in an answer; None where it is no listing."""
    read, listing = try_parse(body)
    return models_of(destination.dialect, listing if read else None, owner=destination.profile.name)


_UNREADABLE: Final = Error(
    status=502, code="upstream_invalid_json", message="the upstream's list of models cannot be read"
)
