"""Asking real SDKs what they make of the bytes that are judged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.cassettes.content_coding import CodingError, decoded_chunks
from harness.checking.report import Opinion
from harness.checking.sniffing import Shape, shape_of
from harness.errors import UnknownName
from harness.io.sdks.verdict import Fed, ask, sdk_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.cassettes.exchange import Exchange

_CONTENT_TYPES = {True: "text/event-stream", False: "application/json"}
_UNDONE = frozenset({"content-encoding", "content-length", "transfer-encoding"})


def check_names(names: Iterable[str]) -> None:
    """Hold names to the SDKs that can be asked.

    Raises:
        UnknownName: One of them is none.
    """
    for name in names:
        if name not in sdk_names():
            raise UnknownName("SDK", name, sdk_names(), where="--sdk")


def held(exchange: Exchange) -> Exchange:
    """The exchange with its chunks in memory: an SDK reads them a second time."""
    if exchange.response is None:
        return exchange
    return replace(exchange, response=replace(exchange.response, chunks=tuple(exchange.response.chunks)))


def opinions(exchange: Exchange, dialect: str, names: Iterable[str]) -> tuple[Opinion, ...]:
    """What SDKs make of an exchange.

    Args:
        exchange: As `held` gives it.
        dialect: What it speaks.
        names: Names of SDKs.
    """
    response = exchange.response
    if response is None:
        return ()
    try:
        body = b"".join(chunk.data for chunk in decoded_chunks(response.headers, response.chunks))
    except CodingError:
        return ()
    streamed = shape_of(response.headers, body) is Shape.STREAM
    headers = tuple((name, value) for name, value in response.headers if name.lower() not in _UNDONE)
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers = (*headers, ("content-type", _CONTENT_TYPES[streamed]))
    fed = Fed(dialect=dialect, status=response.status, headers=headers, body=body, streamed=streamed)
    return tuple(_opinion(name, fed) for name in names)


def _opinion(name: str, fed: Fed) -> Opinion:
    verdict = ask(name, fed)
    return Opinion(
        sdk=verdict.sdk,
        version=verdict.version,
        status=verdict.status,
        exception=verdict.exception,
        message=verdict.message,
        text=verdict.text,
        calls=verdict.calls,
        told=str(verdict),
    )
