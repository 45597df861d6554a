"""Record and replay under an httpx or httpx2 client, sync and async, with one body.

The module is passed in, so the same lines serve both: openai 3, anthropic 2 and google-genai 3 stand on httpx2, older
clients on httpx. A transport is injected into a client; nothing is ever patched.

What httpx demands of a transport is small: `handle_request` that gives a `Response` whose stream yields bytes. Both
the sync and the async form of that are in one class, and all that is worth testing (what is recorded, what is
played, when) lies behind them in `harness.io.tape` and `harness.io.playback`.
"""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any

from harness.cassettes.endings import ends_cleanly, with_tail
from harness.cassettes.exchange import Ending, How, Request, Response
from harness.io.playback import HOLD, Playback

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping
    from types import ModuleType

    from harness.io.recorder import Take
    from harness.io.tape import Tape


class _RecordedStream:
    """A response body that goes through to the client while every read of it is recorded."""

    def __init__(self, inner: Any, take: Take) -> None:
        self._inner = inner
        self._take = take

    def __iter__(self) -> Iterator[bytes]:
        try:
            for data in self._inner:
                self._take.chunk(data)
                yield data
        except GeneratorExit:
            raise
        except BaseException as error:
            self._take.fail(error)
            raise
        self._take.end(How.COMPLETE)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for data in self._inner:
                self._take.chunk(data)
                yield data
        except GeneratorExit:
            raise
        except BaseException as error:
            self._take.fail(error)
            raise
        self._take.end(How.COMPLETE)

    def close(self) -> None:
        try:
            self._inner.close()
        finally:
            self._take.end(How.CLIENT_CLOSE)

    async def aclose(self) -> None:
        try:
            await self._inner.aclose()
        finally:
            self._take.end(How.CLIENT_CLOSE)


class _PlayedStream:
    """A response body out of a recording: each chunk when it is due, then the recorded ending.

    Chunks are awaited against absolute deadlines, so that a slow reader does not make the stream drift.
    """

    def __init__(self, module: ModuleType, playback: Playback) -> None:
        self._module = module
        self._playback = playback

    def __iter__(self) -> Iterator[bytes]:
        start = time.perf_counter()
        tail = bytearray()
        for due_us, data in with_tail(self._playback.chunks, tail):
            if due_us:
                _sleep_until(start, due_us)
            yield data
        ending = self._playback.ending
        if not ends_cleanly(ending, bytes(tail)):
            _sleep_until(start, ending.at_us)
            raise _recorded_exception(self._module, ending)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        start = time.perf_counter()
        tail = bytearray()
        for due_us, data in with_tail(self._playback.chunks, tail):
            if due_us:
                await _sleep_until_async(start, due_us)
            yield data
        ending = self._playback.ending
        if not ends_cleanly(ending, bytes(tail)):
            await _until_cancelled(start, ending)
            raise _recorded_exception(self._module, ending)

    def close(self) -> None:
        """Nothing is held."""

    async def aclose(self) -> None:
        """Nothing is held."""


class _TapeTransport:
    """A transport that asks a tape what to do with each request. Made by `Tape.transport`.

    Args:
        module: `httpx` or `httpx2`.
        tape: What records and replays.
        inner: The transport that reaches the network; None makes the module's own at the first live request,
            through the environment's proxy where one is set for the URL.
        network: Options of the module's own transport (`verify`, `cert`, `http2`, `proxy`, ...).
    """

    def __init__(self, module: ModuleType, tape: Tape, inner: Any, network: Mapping[str, Any]) -> None:
        self._module = module
        self._tape = tape
        self._inner = inner
        self._network = network
        self._made: dict[str | None, Any] = {}

    def handle_request(self, request: Any) -> Any:
        request.read()
        wanted = _request(request)
        playback = self._tape.answer(wanted)
        if playback is not None:
            start = time.perf_counter()
            if playback.response is None:
                _sleep_until(start, playback.ending.at_us)
                raise _recorded_exception(self._module, playback.ending)
            _sleep_until(start, playback.head_due_us)
            return self._played(playback.response, playback)
        take = self._take(request)
        try:
            response = self._live("HTTPTransport", request.url).handle_request(request)
        except BaseException as error:
            take.fail(error)
            raise
        return self._recorded(response, take)

    async def handle_async_request(self, request: Any) -> Any:
        await request.aread()
        wanted = _request(request)
        playback = self._tape.answer(wanted)
        if playback is not None:
            start = time.perf_counter()
            if playback.response is None:
                await _until_cancelled(start, playback.ending)
                raise _recorded_exception(self._module, playback.ending)
            await _sleep_until_async(start, playback.head_due_us)
            return self._played(playback.response, playback)
        take = self._take(request)
        try:
            response = await self._live("AsyncHTTPTransport", request.url).handle_async_request(request)
        except BaseException as error:
            take.fail(error)
            raise
        return self._recorded(response, take)

    def close(self) -> None:
        for transport in self._transports():
            transport.close()

    async def aclose(self) -> None:
        for transport in self._transports():
            await transport.aclose()

    def _transports(self) -> list[Any]:
        return [*self._made.values(), *([] if self._inner is None else [self._inner])]

    def _live(self, kind: str, url: Any) -> Any:
        if self._inner is not None:
            return self._inner
        proxy = None if "proxy" in self._network else _environment_proxy(url)
        # Made late: the CA bundle costs 20 to 40 ms to load, and a replay never needs it.
        if proxy not in self._made:
            options = self._network if proxy is None else {**self._network, "proxy": proxy}
            self._made[proxy] = getattr(self._module, kind)(**options)
        return self._made[proxy]

    def _take(self, request: Any) -> Take:
        if not self._tape.raw_encoding:
            request.headers["accept-encoding"] = "identity"
        return self._tape.record(_request(request))

    def _recorded(self, response: Any, take: Take) -> Any:
        take.respond(
            Response(
                status=response.status_code,
                headers=_headers(response.headers),
                reason=_extension(response, "reason_phrase", ""),
                http_version=_extension(response, "http_version", "HTTP/1.1"),
            )
        )
        response.stream = _streams(self._module)[0](response.stream, take)
        return response

    def _played(self, head: Response, playback: Playback) -> Any:
        return self._module.Response(
            head.status,
            headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in head.headers],
            stream=_streams(self._module)[1](self._module, playback),
            extensions={
                "http_version": head.http_version.encode("ascii"),
                "reason_phrase": head.reason.encode("latin-1"),
            },
        )


@cache
def _streams(module: ModuleType) -> tuple[type[Any], type[Any]]:
    """The two stream classes, made subclasses of the module's own, which its client asserts."""
    bases = (module.SyncByteStream, module.AsyncByteStream)
    return type("RecordedStream", (_RecordedStream, *bases), {}), type(
        "PlayedStream", (_PlayedStream, *bases), {}
    )


@cache
def transport_class(module: ModuleType) -> type[Any]:
    """The transport class for one of `httpx` and `httpx2`; sync and async at once."""
    return type("TapeTransport", (_TapeTransport, module.BaseTransport, module.AsyncBaseTransport), {})


def _headers(headers: Any) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.raw)


def _request(request: Any) -> Request:
    return Request(request.method, str(request.url), _headers(request.headers), request.content)


def _extension(response: Any, name: str, default: str) -> str:
    value = response.extensions.get(name)
    return value.decode("latin-1") if isinstance(value, bytes) else default


def _recorded_exception(module: ModuleType, ending: Ending) -> Exception:
    """The exception that the recording client met, as this module's class of that name."""
    kind = getattr(module, ending.exception or "", None)
    if not (isinstance(kind, type) and issubclass(kind, module.TransportError)):
        kind = {How.TIMEOUT: module.ReadTimeout, How.RESET: module.ReadError}.get(
            ending.how, module.RemoteProtocolError
        )
    error: Exception = kind(ending.message or f"the recording ends here: {ending.how.value}")
    return error


def _environment_proxy(url: Any) -> str | None:
    """The proxy that the environment (on macOS and Windows: the system) names for a URL.

    A client that is given a transport no longer looks for one itself, and recording must reach what the user's
    own client would have reached.
    """
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 - only a live request needs it

    if proxy_bypass(url.host):
        return None
    proxies = getproxies()
    found = proxies.get(url.scheme) or proxies.get("all")
    return found if found is None or "://" in found else f"http://{found}"


def _sleep_until(start: float, due_us: int) -> None:
    left = start + due_us / 1e6 - time.perf_counter()
    if left > 0:
        time.sleep(left)


async def _sleep_until_async(start: float, due_us: int) -> None:
    left = start + due_us / 1e6 - time.perf_counter()
    if left > 0:
        # anyio comes with httpx and httpx2, and sleeps under asyncio and trio alike.
        import anyio  # noqa: PLC0415

        await anyio.sleep(left)


async def _until_cancelled(start: float, ending: Ending) -> None:
    """Wait until an ending is due; where the recording client was cancelled, for this one to be, too.

    Its own time limit is what ends the stream again, whatever the pace, as it does over HTTP.
    """
    await _sleep_until_async(start, ending.at_us + (int(HOLD * 1e6) if ending.how is How.CANCELLED else 0))
