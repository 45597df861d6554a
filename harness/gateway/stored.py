"""Stored responses: what is kept for upstreams that keep none, and what clients ask of them by id."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote

from harness.errors import HarnessError, RequestRefused
from harness.gateway.asking import call_of, pass_on
from harness.gateway.endpoints import no_response
from harness.translation.relay import Relay
from harness.translation.requests.expanding import expanded, input_items

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.gateway.exchange import Exchange
    from harness.gateway.untouched import Carrier

_log = logging.getLogger(__name__)


class _Nothing:
    """A store without anything, where nothing is to be stored."""

    def context(self, response_id: str) -> None:
        """Nothing is known."""

    def item(self, item_id: str) -> None:
        """Nothing is known."""


async def expand(exchange: Exchange, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A request with everything in its input that it refers to.

    Raises:
        RequestRefused: It refers to something that is not known.
    """
    store = exchange.gateway.store
    if store is None:
        return expanded(body, _Nothing())
    return await exchange.gateway.in_store(lambda: expanded(body, store))


def keep(exchange: Exchange, body: Mapping[str, Any], told: Mapping[str, Any]) -> None:
    """See to it that the answer is stored, unless the client or the user wants none to be.

    Args:
        exchange: The exchange.
        body: The client's request.
        told: The same, expanded.
    """
    store = exchange.gateway.store
    if store is None or body.get("store") is False:
        return

    async def put(carrier: Carrier) -> None:
        answer = carrier.whole if isinstance(carrier, Relay) else None
        if answer is None:
            return
        try:
            await exchange.gateway.in_store(lambda: store.put(answer, input_items(told) or []))
        except HarnessError as error:
            _log.warning("a response could not be stored: %s", error.message)

    exchange.keep = put


async def response(exchange: Exchange) -> None:
    """GET or DELETE /v1/responses/{id}."""
    store, name = exchange.gateway.store, exchange.found.id
    if store is not None and not _is_upstreams(exchange):
        asked = store.delete if exchange.head.method == "DELETE" else store.get
        exchange.json(await exchange.gateway.in_store(lambda: asked(name)))
        return
    await _ask_upstream(exchange, "")


async def cancel(exchange: Exchange) -> None:
    """POST /v1/responses/{id}/cancel: what is stored here was answered while its client waited."""
    store, name = exchange.gateway.store, exchange.found.id
    if store is not None and not _is_upstreams(exchange):
        await exchange.gateway.in_store(lambda: store.get(name))
        raise RequestRefused("Cannot cancel a synchronous response.")
    await _ask_upstream(exchange, "/cancel")


async def items(exchange: Exchange) -> None:
    """GET /v1/responses/{id}/input_items."""
    store, name = exchange.gateway.store, exchange.found.id
    if store is None or _is_upstreams(exchange):
        await _ask_upstream(exchange, "/input_items")
        return
    given = {key: values[-1] for key, values in parse_qs(exchange.found.query).items()}
    try:
        limit = int(given.get("limit", "20"))
    except ValueError:
        raise RequestRefused(
            "Invalid type for 'limit': expected an integer, but got a string instead.",
            param="limit",
            name="invalid_type",
        ) from None
    order, after = given.get("order", "desc"), given.get("after")
    page = await exchange.gateway.in_store(
        lambda: store.input_items(name, after=after, limit=limit, order=order)
    )
    exchange.json(page)


def _is_upstreams(exchange: Exchange) -> bool:
    """Whether an upstream is to be asked: one keeps responses, and this id is not one of ours."""
    store = exchange.gateway.store
    if exchange.gateway.destinations.storing() is None:
        return False
    return store is None or store.context(exchange.found.id) is None


async def _ask_upstream(exchange: Exchange, ending: str) -> None:
    upstream = exchange.gateway.destinations.storing()
    name, query = exchange.found.id, exchange.found.query
    if upstream is None:
        raise no_response(name)
    method = "GET" if exchange.head.method == "HEAD" else exchange.head.method
    path = f"/responses/{quote(name, safe='')}{ending}{'?' if query else ''}{query}"
    await pass_on(exchange, call_of(exchange, upstream, method, path, exchange.body))
