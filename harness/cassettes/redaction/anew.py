"""Hiding more in what was already recorded, with its lengths, boundaries and times kept."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.cassettes.exchange import Cassette, Chunk, Exchange, Redaction, Response, header
from harness.cassettes.redaction.heads import clean_head
from harness.cassettes.redaction.redactor import without_encoding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.cassettes.redaction.redactor import Redactor
    from harness.cassettes.redaction.streaming import BodyRedactor


def redacted(cassette: Cassette, redactor: Redactor) -> Cassette:
    """A cassette with everything hidden that the redactor hides; what was hidden before stays listed.

    Raises:
        SecretFound: A compressed body holds a secret, and the redactor does not decode.
    """
    exchanges = [redacted_exchange(exchange, redactor) for exchange in cassette.exchanges]
    return replace(cassette, head=clean_head(cassette.head, redactor), exchanges=exchanges)


def redacted_exchange(exchange: Exchange, redactor: Redactor) -> Exchange:
    """One exchange likewise: the same chunks at the same times, of the same lengths unless they were decoded.

    Raises:
        SecretFound: Its compressed body holds a secret, and the redactor does not decode.
    """
    request, found = redactor.request(exchange.request)
    redactor = redactor.knowing(exchange.request)
    response, in_response = _response(exchange.response, redactor)
    extra = exchange.extra
    if response is not None and exchange.response is not None:
        encoding = header(exchange.response.headers, "content-encoding")
        if encoding is not None and header(response.headers, "content-encoding") is None:
            extra = {**extra, "res": {**extra.get("res", {}), "decoded": encoding}}
    ending = exchange.ending
    in_ending: tuple[Redaction, ...] = ()
    if ending.message:
        message, in_ending = redactor.text(ending.message, "ending.message")
        ending = replace(ending, message=message)
    hidden = _added(exchange.redactions, found + in_response + in_ending)
    return replace(
        exchange, request=request, response=response, ending=ending, redactions=hidden, extra=extra
    )


def rechunked(chunks: Iterable[Chunk], body: BodyRedactor) -> Iterator[Chunk]:
    """The chunks of a body after redaction, with the boundaries and times that they had.

    What the redactor holds back is given to the chunk it came in. Where the redactor decodes, each chunk is
    what the wire's chunk added to the decoded body.

    Raises:
        SecretFound: The body is compressed and holds a secret.
    """
    if body.decodes:
        at_us = 0
        for at_us, data in chunks:
            yield Chunk(at_us, body.feed(data))
        if rest := body.finish():
            yield Chunk(at_us, rest)
        return
    due: deque[tuple[int, int]] = deque()
    ready = bytearray()
    for at_us, data in chunks:
        due.append((at_us, len(data)))
        ready += body.feed(data)
        yield from _filled(due, ready)
    ready += body.finish()
    yield from _filled(due, ready)


def _filled(due: deque[tuple[int, int]], ready: bytearray) -> Iterator[Chunk]:
    while due and due[0][1] <= len(ready):
        at_us, length = due.popleft()
        yield Chunk(at_us, bytes(ready[:length]))
        del ready[:length]


def _response(response: Response | None, redactor: Redactor) -> tuple[Response | None, tuple[Redaction, ...]]:
    if response is None:
        return None, ()
    headers, found = redactor.headers(response.headers, "response.headers")
    reason, in_reason = redactor.text(response.reason, "response.reason")
    trailers, in_trailers = redactor.headers(response.trailers, "response.trailers")
    body = redactor.body(response.headers, "response.body")
    chunks = tuple(rechunked(response.chunks, body))
    if body.decodes:
        headers = without_encoding(headers)
    clean = replace(response, headers=headers, reason=reason, trailers=trailers, chunks=chunks)
    return clean, found + in_reason + in_trailers + body.redactions


def _added(before: Iterable[Redaction], more: Iterable[Redaction]) -> tuple[Redaction, ...]:
    """Two lists of redactions as one: the same label in the same place is counted together."""
    counts: Counter[tuple[str, str]] = Counter()
    for where, label, times in (*before, *more):
        counts[where, label] += times
    return tuple(Redaction(where, label, times) for (where, label), times in counts.items())
