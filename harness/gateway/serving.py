"""What each endpoint of a gateway does with a request."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

import msgspec

from harness.gateway import model_lists, stored
from harness.gateway.asking import body_of, call_of, check_key, collect, pass_on, tell
from harness.jsonvalue import try_parse
from harness.translation.engine import path_of, prepare, session_for
from harness.translation.ids import SeededMint
from harness.translation.losses import Ledger
from harness.translation.relay import Relay
from harness.translation.requests.embeddings import embeddings_answer, from_embeddings, to_embeddings
from harness.turn.increments import Error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from harness.gateway.destinations import Destination
    from harness.gateway.exchange import Exchange
    from harness.translation.engine import InboundDialect, Prepared


async def chat(exchange: Exchange) -> None:
    """POST /v1/chat/completions."""
    await _answer(exchange, "chat")


async def responses(exchange: Exchange) -> None:
    """POST /v1/responses."""
    await _answer(exchange, "responses")


async def _answer(exchange: Exchange, inbound: InboundDialect) -> None:
    body, raw, destination = _routed(exchange)
    check_key(exchange, destination)
    stream = exchange.is_stream = body.get("stream") is True
    if exchange.gateway.settings.passthrough and destination.dialect == inbound:
        path = path_of(destination.dialect, "", stream=stream)
        await pass_on(exchange, call_of(exchange, destination, "POST", path, raw))
        return
    told: Mapping[str, Any] = body
    keeps = inbound == "responses" and not destination.stores
    if keeps:
        told = await stored.expand(exchange, body)
    prepared = _prepared(exchange, inbound, destination, told, raw)
    session = exchange.session = prepared.session
    session.mint = exchange.mint
    if keeps:
        stored.keep(exchange, body, told)
        # The answer repeats the client's words, and does not claim to be stored where it is not.
        session.body = body if exchange.keep is not None else {**body, "store": False}
    sent = msgspec.json.encode(prepared.body)
    call = call_of(exchange, destination, "POST", prepared.path, sent)
    await exchange.carry(lambda: Relay(session, inbound, stream=stream), call)


def _routed(exchange: Exchange) -> tuple[dict[str, Any], bytes, Destination]:
    """The request, its bytes, and who answers it; both have the model's name as it is called there."""
    body = body_of(exchange)
    destination, renamed = exchange.route(body.get("model"))
    if renamed is None:
        return body, exchange.body, destination
    body["model"] = renamed
    return body, msgspec.json.encode(body), destination


def _prepared(
    exchange: Exchange, inbound: InboundDialect, destination: Destination, body: Mapping[str, Any], raw: bytes
) -> Prepared:
    settings = exchange.gateway.settings
    return prepare(
        inbound,
        body,
        upstream=destination.dialect,
        # Ids that a request needs follow from it alone: asked again, or of a recording, it is the same request.
        mint=SeededMint(hashlib.sha256(raw).digest()),
        now=exchange.gateway.now,
        profile=destination.profile,
        manner=settings.manner,
        policy=settings.policy,
    )


async def embeddings(exchange: Exchange) -> None:
    """POST /v1/embeddings: passed on where the upstream has the same endpoint."""
    body, raw, destination = _routed(exchange)
    if destination.dialect in {"chat", "responses"}:
        await pass_on(exchange, call_of(exchange, destination, "POST", "/embeddings", raw), ("data", list))
        return
    check_key(exchange, destination)
    ledger = Ledger(exchange.gateway.settings.policy)
    request = from_embeddings(body, ledger)
    session = exchange.session = session_for(
        destination.dialect,
        mint=exchange.mint,
        now=exchange.gateway.now,
        profile=destination.profile,
        ledger=ledger,
        body=body,
    )
    path, asked = to_embeddings(request, session)
    exchange.refuse_losses(ledger)
    given = await collect(exchange, call_of(exchange, destination, "POST", path, msgspec.json.encode(asked)))
    if given is None:
        return
    _, value = try_parse(given)
    answer = embeddings_answer(request, value, session)
    if isinstance(answer, Error):
        tell(exchange, answer)
        return
    losses = ledger.header()
    exchange.json(answer, headers=(("x-harness-loss", losses),) if losses else ())


SERVES: Final[Mapping[str, Callable[[Exchange], Awaitable[None]]]] = {
    "chat": chat,
    "responses": responses,
    "embeddings": embeddings,
    "models": model_lists.models,
    "model": model_lists.model,
    "response": stored.response,
    "cancel": stored.cancel,
    "input_items": stored.items,
}
