"""What asks an upstream, live or out of a recording, and what its failures mean."""

from __future__ import annotations

import asyncio
import logging
from calendar import timegm
from contextlib import asynccontextmanager, suppress
from time import strptime
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from harness.cassettes.content_coding import CodingError
from harness.cassettes.exchange import How, Request
from harness.errors import HarnessError, MissError
from harness.translation.failures import disconnected, timed_out, undecodable, unreachable
from harness.turn.increments import Error

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping
    from contextlib import AbstractAsyncContextManager

    from harness.cassettes.exchange import Cassette, Exchange, Headers, Response
    from harness.cassettes.matching.player import Player
    from harness.gateway.destinations import Destination
    from harness.io.upstream import Upstream

_log = logging.getLogger(__name__)

_TURN: Final = 64
"""Recorded chunks after which other exchanges get a turn."""


class Call(NamedTuple):
    """A request to an upstream."""

    destination: Destination
    method: str
    path: str
    headers: Headers
    body: bytes = b""


class Reply(Protocol):
    """An answer whose head has come."""

    @property
    def status(self) -> int:
        """HTTP status code."""
        ...

    @property
    def reason(self) -> str:
        """The reason phrase."""
        ...

    @property
    def http_version(self) -> str:
        """Such as `HTTP/1.1`."""
        ...

    @property
    def headers(self) -> Headers:
        """Fields in wire order and case."""
        ...

    def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes; may raise what `failure_of` explains."""
        ...


class Caller(Protocol):
    """What asks one upstream. `harness.io.upstream.Upstream` is one; whatever is faster can take its place."""

    def outgoing(self, headers: Headers) -> Headers:
        """All fields that are sent for these."""
        ...

    def url(self, path: str) -> str:
        """Where a request for a path goes."""
        ...

    def send(
        self, method: str, path: str, headers: Headers, body: bytes
    ) -> AbstractAsyncContextManager[Reply]:
        """Ask, and wait for the head."""
        ...

    async def aclose(self) -> None:
        """Close all connections."""
        ...


class Ended(Exception):
    """A recorded exchange ended here, not as HTTP says.

    Args:
        how: In which way.
        name: Of the exception that the recorder met.
        message: Its text.
    """

    def __init__(self, how: How, name: str | None, message: str | None) -> None:
        super().__init__(message or name or str(how))
        self.how = how
        self.name = name
        self.message = message


def failure_of(error: BaseException) -> Error:
    """What a client is told of an exception that came instead of an answer, or of its end."""
    if isinstance(error, Ended):
        return _recorded_failure(error)
    if isinstance(error, CodingError):
        return undecodable(str(error))
    cause = error.__cause__ if isinstance(error, HarnessError) and error.__cause__ is not None else error
    name = type(cause).__name__
    if name in {"ConnectTimeout", "PoolTimeout"}:
        return timed_out("connect")
    if isinstance(error, HarnessError):
        return unreachable()  # what the system says of its network is for the recording, not for clients
    if name in {"ReadTimeout", "WriteTimeout"}:
        return timed_out("idle")
    return _defect(error) if _is_defect(error) else disconnected(name)


def _defect(error: BaseException) -> Error:
    _log.error("an answer could not be read", exc_info=error)
    return Error(status=500, code="gateway_error", message="The gateway failed to answer this request.")


def _is_defect(error: BaseException) -> bool:
    """Whether it is no word of a network's: those are `OSError`, or have a class of their own.

    `RuntimeError` is what event loops raise of transports that are closed.
    """
    kind = type(error)
    is_of_network = issubclass(kind, OSError | EOFError) or kind is RuntimeError
    return kind.__module__ == "builtins" and not is_of_network


def _recorded_failure(error: Ended) -> Error:
    if error.how is How.TIMEOUT:
        match error.message:
            case "first_byte" | "idle" | "total" as kind:
                return timed_out(kind)
        return timed_out("connect" if error.name == "ConnectTimeout" else "idle")
    if error.name in {"ConnectError", "ProxyError"}:
        return unreachable()
    return disconnected(error.name or str(error.how))


class RecordedReply:
    """A recorded answer, at once.

    Attributes:
        at: When it was recorded, in Unix time; 0 where nobody knows.
    """

    def __init__(self, exchange: Exchange, response: Response, at: int) -> None:
        self._ending = exchange.ending
        self._response = response
        self.at = at
        self.status = response.status
        self.reason = response.reason
        self.http_version = response.http_version
        self.headers = response.headers

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body, and its recorded end."""
        for number, chunk in enumerate(self._response.chunks):
            if number % _TURN == _TURN - 1:
                await asyncio.sleep(0)
            yield chunk.data
        # That the recording gateway left an answer that was whole is no fault of the upstream's.
        if self._ending.how not in {How.COMPLETE, How.CLIENT_CLOSE}:
            raise Ended(self._ending.how, self._ending.exception, self._ending.message)


class RecordedUpstream:
    """One upstream's part of a recording.

    Args:
        live: Says where requests would go; no connection is made.
        player: Finds the recordings.
        times: When each recorded exchange was asked, by the identity of each.

    Attributes:
        played: How many answers were given.
    """

    def __init__(self, live: Upstream, player: Player, times: Mapping[int, int]) -> None:
        self._live = live
        self._player = player
        self._times = times
        self.played = 0

    def outgoing(self, headers: Headers) -> Headers:
        """All fields that would be sent for these."""
        return self._live.outgoing(headers)

    def url(self, path: str) -> str:
        """Where a request for a path would go."""
        return self._live.url(path)

    @asynccontextmanager
    async def send(self, method: str, path: str, headers: Headers, body: bytes) -> AsyncIterator[Reply]:
        """Find the recording of this request.

        Raises:
            MissError: There is none.
            Ended: It has no answer.
        """
        try:
            exchange = self._player.find(Request(method, self.url(path), headers, body))
        except MissError as miss:
            raise MissError(
                miss.message, where=miss.where, expected=miss.expected, found=miss.found, hint=_RECORD_ANEW
            ) from None
        self.played += 1
        if exchange.response is None:
            raise Ended(exchange.ending.how, exchange.ending.exception, exchange.ending.message)
        yield RecordedReply(exchange, exchange.response, self._times.get(id(exchange), 0))

    async def aclose(self) -> None:
        """Close what was never used."""
        await self._live.aclose()


_RECORD_ANEW: Final = (
    "ask what was asked when it was recorded, or record it anew: --record DIR; a recording whose answers have all "
    "been played goes on with --repeats last or cycle"
)


def times_of(cassettes: Iterable[Cassette]) -> list[int]:
    """Unix times in seconds at which the exchanges of recordings were asked, in their order; 0 where nobody knows."""
    times = []
    for cassette in cassettes:
        start = 0
        with suppress(ValueError):
            start = timegm(strptime(str(cassette.head.get("recorded")), "%Y-%m-%dT%H:%M:%SZ"))
        times += [start + one.at_us // 1_000_000 for one in cassette.exchanges]
    return times
