"""What each endpoint of a gateway does with a request."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

import msgspec

from harness.errors import RequestRefused
from harness.gateway.destinations import key_of
from harness.gateway.endpoints import json_object, no_key, no_model, no_response
from harness.gateway.exchange import Call
from harness.gateway.untouched import Collected, Untouched
from harness.jsonvalue import try_parse
from harness.translation.engine import path_of, prepare
from harness.translation.failures import failure
from harness.translation.ids import SeededMint
from harness.translation.listing import PATHS, listing_of, models_of
from harness.translation.relay import Relay
from harness.translation.writers.writer import error_body

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from harness.gateway.destinations import Destination
    from harness.gateway.exchange import Exchange
    from harness.translation.engine import InboundDialect


async def chat(exchange: Exchange) -> None:
    """POST /v1/chat/completions."""
    await _answer(exchange, "chat")


async def responses(exchange: Exchange) -> None:
    """POST /v1/responses."""
    await _answer(exchange, "responses")


async def _answer(exchange: Exchange, inbound: InboundDialect) -> None:
    gateway, settings = exchange.gateway, exchange.gateway.settings
    body = _body(exchange)
    destination, renamed = exchange.route(body.get("model"))
    _check_key(exchange, destination)
    exchange.is_stream = body.get("stream") is True
    raw = exchange.body
    if renamed is not None:
        body["model"] = renamed
        raw = msgspec.json.encode(body)
    if settings.passthrough and destination.dialect == inbound:
        path = path_of(destination.dialect, "", stream=exchange.is_stream)
        await _pass_on(exchange, destination, "POST", path, raw)
        return
    # Ids that a request needs follow from it alone: asked again, or of a recording, it is the same request.
    prepared = prepare(
        inbound,
        body,
        upstream=destination.dialect,
        mint=SeededMint(hashlib.sha256(raw).digest()),
        now=gateway.now,
        profile=destination.profile,
        manner=settings.manner,
        policy=settings.policy,
    )
    session = exchange.session = prepared.session
    session.mint = exchange.mint
    stream = exchange.is_stream
    sent = msgspec.json.encode(prepared.body)
    headers = destination.fields(exchange.head.headers, stream=stream)
    call = Call(destination, "POST", prepared.path, headers, sent)
    await exchange.carry(lambda: Relay(session, inbound, stream=stream), call)


async def embeddings(exchange: Exchange) -> None:
    """POST /v1/embeddings."""
    body = _body(exchange)
    destination, renamed = exchange.route(body.get("model"))
    _check_key(exchange, destination)
    if destination.dialect == "anthropic":
        raise RequestRefused(
            "This upstream makes no embeddings.", status=404, param="model", name="model_not_found"
        )
    raw = exchange.body
    if renamed is not None:
        body["model"] = renamed
        raw = msgspec.json.encode(body)
    await _pass_on(exchange, destination, "POST", "/embeddings", raw)


# -- models


async def models(exchange: Exchange) -> None:
    """GET /v1/models: of all upstreams; of several, each name behind that of its upstream."""
    found: list[dict[str, Any]] = []
    several = len(exchange.gateway.destinations.every) > 1
    for destination in exchange.gateway.destinations.every:
        _check_key(exchange, destination)
        listed = await _models(exchange, destination)
        if listed is None:
            return
        found += [{**one, "id": f"{destination.name}/{one['id']}"} for one in listed] if several else listed
    exchange.json(listing_of(found))


async def model(exchange: Exchange) -> None:
    """GET /v1/models/{id}."""
    name = exchange.found.id
    destination, renamed = exchange.route(name)
    _check_key(exchange, destination)
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
    headers = destination.fields(exchange.head.headers, stream=False, body=False)
    collected = Collected()
    call = Call(destination, "GET", PATHS[destination.dialect], headers)
    collected = _collected(await exchange.carry(Collected, call))
    if collected.error is not None:
        return None
    if collected.status >= 300:
        error = failure(destination.dialect, collected.status, collected.headers, collected.body)
        exchange.json(error_body(error), error.status)
        return None
    read, listing = try_parse(collected.body)
    listed = models_of(destination.dialect, listing if read else None, owner=destination.profile.name)
    if listed is None:
        raise RequestRefused(
            "The upstream's list of models cannot be read.",
            status=502,
            kind="server_error",
            name="upstream_invalid_json",
        )
    return listed


def _collected(carrier: object) -> Collected:
    assert isinstance(carrier, Collected)  # noqa: S101 - for the type checker: it was made by the caller
    return carrier


# -- stored responses


async def response(exchange: Exchange) -> None:
    """GET or DELETE /v1/responses/{id}."""
    await _stored(exchange, "")


async def cancel(exchange: Exchange) -> None:
    """POST /v1/responses/{id}/cancel."""
    await _stored(exchange, "/cancel")


async def input_items(exchange: Exchange) -> None:
    """GET /v1/responses/{id}/input_items."""
    await _stored(exchange, "/input_items")


async def _stored(exchange: Exchange, ending: str) -> None:
    name = exchange.found.id
    upstream = exchange.gateway.destinations.storing()
    if upstream is None:
        raise no_response(name)
    _check_key(exchange, upstream)
    query = f"?{exchange.found.query}" if exchange.found.query else ""
    method = "GET" if exchange.head.method == "HEAD" else exchange.head.method
    from urllib.parse import quote  # noqa: PLC0415

    await _pass_on(
        exchange, upstream, method, f"/responses/{quote(name, safe='')}{ending}{query}", exchange.body
    )


# -- what several do


def _body(exchange: Exchange) -> dict[str, Any]:
    head = exchange.head
    return json_object(exchange.body, head.field(b"content-type"), head.field(b"content-encoding"))


def _check_key(exchange: Exchange, destination: Destination) -> None:
    """Refuse a client without a key, where its key is to be passed on to somebody who wants one.

    Raises:
        RequestRefused: It has none.
    """
    if destination.pass_key and destination.profile.key_env and not key_of(exchange.head.headers):
        raise no_key()


async def _pass_on(exchange: Exchange, destination: Destination, method: str, path: str, body: bytes) -> None:
    headers = destination.fields(exchange.head.headers, stream=exchange.is_stream, body=bool(body))
    await exchange.carry(Untouched, Call(destination, method, path, headers, body))


SERVES: Final[Mapping[str, Callable[[Exchange], Awaitable[None]]]] = {
    "chat": chat,
    "responses": responses,
    "embeddings": embeddings,
    "models": models,
    "model": model,
    "response": response,
    "cancel": cancel,
    "input_items": input_items,
}
