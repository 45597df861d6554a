"""Translating what was recorded: an upstream's exchange becomes the exchange that a client would have had."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from harness.cassettes.content_coding import decoded_chunks
from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.jsonvalue import compact
from harness.translation.engine import prepare, session_for
from harness.translation.failures import disconnected, timed_out
from harness.translation.ids import SeededMint
from harness.translation.losses import LossPolicy
from harness.translation.relay import Relay

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.translation.engine import InboundDialect
    from harness.translation.losses import Loss
    from harness.translation.manner import Manner
    from harness.translation.profiles import UpstreamDialect, UpstreamProfile
    from harness.turn.increments import Error

_PATHS: Final = {"chat": "/v1/chat/completions", "responses": "/v1/responses"}


class Translation(NamedTuple):
    """What became of an exchange.

    Args:
        exchange: The client's side: its request (where it is known) and its answer, a chunk for each of the
            upstream's that brought something, at the same times.
        losses: What was not carried.
        error: What went wrong upstream, as the client is told.
        sent: The body of the request that the upstream would have been sent; None where the client's is not known.
    """

    exchange: Exchange
    losses: tuple[Loss, ...]
    error: Error | None
    sent: dict[str, Any] | None = None

    @property
    def status(self) -> int:
        """The HTTP status that the client is answered with."""
        return self.exchange.response.status if self.exchange.response is not None else 0

    @property
    def body(self) -> bytes:
        """All bytes of the client's answer: a stream's events, or one JSON object."""
        return self.exchange.response.body() if self.exchange.response is not None else b""


def translated(
    upstream: Exchange,
    *,
    source: UpstreamDialect,
    target: InboundDialect,
    request: Mapping[str, Any] | None = None,
    profile: UpstreamProfile | str | None = None,
    manner: Manner | None = None,
    policy: LossPolicy | None = None,
    stream: bool | None = None,
    seed: bytes = b"",
    now: int = 0,
) -> Translation:
    """Translate one recorded answer.

    Args:
        upstream: The upstream's side; its chunks are read once.
        source: What it speaks.
        target: What the client speaks.
        request: The client's request, in its dialect, where it is known.
        profile: What is particular to the upstream.
        manner: How the answer is written.
        policy: What is done about losses.
        stream: Whether the client wants a stream; None is what its request says, or else what upstream sent.
        seed: What ids are made of.
        now: Unix time in seconds at which it happens, where the upstream does not say.

    Raises:
        RequestRefused: The client's request cannot be translated.
        UnknownName: There is no such dialect or profile.
        CodingError: The recorded body is compressed in a way that cannot be undone.
    """
    mint = SeededMint(seed)
    sent = None
    if request is None:
        session = session_for(source, mint=mint, now=lambda: now, profile=profile, manner=manner)
        session.ledger.policy = policy or LossPolicy()
    else:
        prepared = prepare(
            target,
            request,
            upstream=source,
            mint=mint,
            now=lambda: now,
            profile=profile,
            manner=manner,
            policy=policy,
        )
        session, sent = prepared.session, prepared.body
    if stream is None and session.request is not None:
        stream = session.request.stream
    relay = Relay(session, target, stream=stream)
    chunks = tuple(_carried(relay, upstream))
    ended = chunks[-1].at_us if relay.over and chunks else upstream.ending.at_us
    head = relay.head
    asked_for = Request("POST", _PATHS[target], (("content-type", "application/json"),), _bytes(request))
    answer = Response(head.status, head.headers, chunks) if head is not None else None
    exchange = Exchange(upstream.index, asked_for, answer, Ending(How.COMPLETE, ended))
    return Translation(exchange, tuple(session.ledger.losses), relay.error, sent)


def _carried(relay: Relay, upstream: Exchange) -> Iterator[Chunk]:
    response, ending = upstream.response, upstream.ending
    failed = _failure(ending)
    if response is None:
        yield Chunk(ending.at_us, relay.fail(failed or disconnected("no answer came")))
        return
    relay.respond(response.status, response.headers)
    for chunk in decoded_chunks(response.headers, response.chunks):
        if data := relay.feed(chunk.data):
            yield Chunk(chunk.at_us, data)
    if data := relay.finish(failed):
        yield Chunk(ending.at_us, data)


def _failure(ending: Ending) -> Error | None:
    match ending.how:
        case How.COMPLETE:
            return None
        case How.TIMEOUT:
            return timed_out("idle")
        case _:
            return disconnected(str(ending.how))


def _bytes(request: Mapping[str, Any] | None) -> bytes:
    return b"" if request is None else compact(dict(request)).encode()
