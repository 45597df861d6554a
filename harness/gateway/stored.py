"""Stored responses: what is kept for upstreams that keep none, and what clients ask of them by id."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, quote

from harness.errors import HarnessError, RequestRefused
from harness.gateway.asking import call_of, pass_on
from harness.gateway.endpoints import no_response
from harness.translation.relay import STREAM_FIELDS, Relay
from harness.translation.requests.expanding import expanded, input_items
from harness.translation.requests.refusals import wrong_type
from harness.translation.retelling import retold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.gateway.exchange import Exchange
    from harness.gateway.untouched import Carrier

_log = logging.getLogger(__name__)

_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")  # what is longer is no number of anything here


_STEPS: Final = frozenset({".", ".."})
"""Ids that would be steps to another path of the upstream, which is asked with its key."""


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
            _log.error("a response could not be stored: %s: %s: %s", error.message, error.where, error.found)
        except Exception as error:  # noqa: BLE001 - a defect here is no reason to fail an answer that is whole
            _log.error("a response could not be stored", exc_info=error)

    exchange.keep = put


async def response(exchange: Exchange) -> None:
    """GET or DELETE /v1/responses/{id}; the former whole, or with `stream=true` as a stream."""
    store, name = exchange.gateway.store, exchange.found.id
    if store is None or await _is_upstreams(exchange):
        await _ask_upstream(exchange, "")
        return
    if exchange.head.method == "DELETE":
        exchange.json(await exchange.gateway.in_store(lambda: store.delete(name)))
        return
    given = _given(exchange)
    is_stream, after = _boolean(given, "stream"), _integer(given, "starting_after", -1)
    found = await exchange.gateway.in_store(lambda: store.get(name))
    if not is_stream:
        exchange.json(found)
        return
    exchange.is_stream = True
    events = retold(found, after)
    exchange.answer.whole(200, (*STREAM_FIELDS, ("content-length", str(len(events)))), events)


async def cancel(exchange: Exchange) -> None:
    """POST /v1/responses/{id}/cancel: what is stored here was answered while its client waited."""
    store, name = exchange.gateway.store, exchange.found.id
    if store is not None and not await _is_upstreams(exchange):
        await exchange.gateway.in_store(lambda: store.get(name))
        raise RequestRefused("Cannot cancel a synchronous response.")
    await _ask_upstream(exchange, "/cancel")


async def items(exchange: Exchange) -> None:
    """GET /v1/responses/{id}/input_items."""
    store, name = exchange.gateway.store, exchange.found.id
    if store is None or await _is_upstreams(exchange):
        await _ask_upstream(exchange, "/input_items")
        return
    given = _given(exchange)
    limit = _integer(given, "limit", 20)
    order, after = given.get("order", "desc"), given.get("after")
    page = await exchange.gateway.in_store(
        lambda: store.input_items(name, after=after, limit=limit, order=order)
    )
    exchange.json(page)


def _given(exchange: Exchange) -> dict[str, str]:
    """The query; of what is given twice, the last."""
    query = parse_qs(exchange.found.query, keep_blank_values=True)
    return {key: values[-1] for key, values in query.items()}


def _boolean(given: Mapping[str, str], name: str) -> bool:
    value = given.get(name, "false")
    if value not in {"true", "false"}:
        raise wrong_type(name, "a boolean", value)
    return value == "true"


def _integer(given: Mapping[str, str], name: str, usual: int) -> int:
    value = given.get(name)
    if value is None:
        return usual
    if _INTEGER.fullmatch(value) is None:
        raise wrong_type(name, "an integer", value)
    return int(value)


async def _is_upstreams(exchange: Exchange) -> bool:
    """Whether an upstream is to be asked: one keeps responses, and this id is not one of ours."""
    store, name = exchange.gateway.store, exchange.found.id
    if exchange.gateway.destinations.storing() is None:
        return False
    return store is None or await exchange.gateway.in_store(lambda: store.context(name)) is None


async def _ask_upstream(exchange: Exchange, ending: str) -> None:
    upstream = exchange.gateway.destinations.storing()
    name, query = exchange.found.id, exchange.found.query
    if upstream is None or name in _STEPS:
        raise no_response(name)
    method = "GET" if exchange.head.method == "HEAD" else exchange.head.method
    path = f"/responses/{quote(name, safe='')}{ending}{'?' if query else ''}{query}"
    await pass_on(exchange, call_of(exchange, upstream, method, path, exchange.body))
