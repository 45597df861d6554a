"""GET /v1/models and /v1/models/{id}."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.errors import RequestRefused
from harness.gateway.asking import call_of, collect
from harness.gateway.endpoints import no_model
from harness.jsonvalue import try_parse
from harness.translation.listing import PATHS, listing_of, models_of

if TYPE_CHECKING:
    from harness.gateway.destinations import Destination
    from harness.gateway.exchange import Exchange


async def models(exchange: Exchange) -> None:
    """The models of all upstreams; of several, each name behind that of its upstream."""
    found: list[dict[str, Any]] = []
    every = exchange.gateway.destinations.every
    for destination in every:
        listed = await _models(exchange, destination)
        if listed is None:
            return
        found += (
            listed
            if len(every) == 1
            else [{**one, "id": f"{destination.name}/{one['id']}"} for one in listed]
        )
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
    read, listing = try_parse(body)
    listed = models_of(destination.dialect, listing if read else None, owner=destination.profile.name)
    if listed is None:
        raise RequestRefused(
            "The upstream's list of models cannot be read.",
            status=502,
            kind="server_error",
            name="upstream_invalid_json",
        )
    return listed
