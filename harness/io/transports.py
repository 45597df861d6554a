"""Record and replay under an httpx or httpx2 client, sync and async, with one body.

The module is passed in, so the same lines serve both: openai 3, anthropic 2 and google-genai 3 stand on httpx2, older
clients on httpx. A transport is injected into a client; nothing is ever patched.

What httpx demands of a transport is small: `handle_request` that gives a `Response` whose stream yields bytes. Both
the sync and the async form of that are in one class, and all that is worth testing (what is recorded, what is
played, when) lies behind them in `harness.io.tape` and `harness.io.playback`.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from harness.cassettes.endings import ends_cleanly, with_tail
from harness.cassettes.exchange import How, Request, Response
from harness.io.waiting import Waits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping
    from types import ModuleType

    from harness.io.playback import Playback
    from harness.io.recorder import Take
    from harness.io.tape import Tape

own_clients: WeakSet[Any] = WeakSet()
"""Clients of this package's own servers: whoever puts the clients of a process on a tape leaves them alone."""


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
    """A response body out of a recording: each chunk when it is due, then the recorded ending."""

    def __init__(self, module: ModuleType, playback: Playback, waits: Waits) -> None:
        self._module = module
        self._playback = playback
        self._waits = waits

    def __iter__(self) -> Iterator[bytes]:
        waits = self._waits
        tail = bytearray()
        for due_us, data in with_tail(self._playback.chunks, tail):
            if due_us:
                waits.until(due_us)
            yield data
        ending = self._playback.ending
        clean = ends_cleanly(ending, bytes(tail))
        # When a client left that had all there was is its own affair: the body was over before.
        if not clean or ending.how is How.COMPLETE:
            waits.until_end(ending)
        if not clean:
            raise _played_exception(self._module, self._playback)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        waits = self._waits
        tail = bytearray()
        for due_us, data in with_tail(self._playback.chunks, tail):
            if due_us:
                await waits.until_async(due_us)
            if waits.tired:
                await waits.rest()
            yield data
        ending = self._playback.ending
        clean = ends_cleanly(ending, bytes(tail))
        if not clean or ending.how is How.COMPLETE:
            await waits.until_end_async(ending)
        if not clean:
            raise _played_exception(self._module, self._playback)

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
            through the environment's proxy where one is set for the URL and `trust_env` is not False; one for
            sync clients and one for async ones, each closed when a client of its kind is.
        network: Options of the module's own transport (`verify`, `cert`, `http2`, `proxy`, ...).
    """

    def __init__(self, module: ModuleType, tape: Tape, inner: Any, network: Mapping[str, Any]) -> None:
        self._module = module
        self._tape = tape
        self._inner = inner
        self._network = network
        self._made: dict[tuple[str, str | None], Any] = {}
        self._lock = threading.Lock()

    def handle_request(self, request: Any) -> Any:
        request.read()
        wanted = _request(request)
        playback = self._tape.answer(wanted)
        if playback is not None:
            waits = Waits(self._module, request)
            if playback.response is None:
                waits.until_end(playback.ending)
                raise _played_exception(self._module, playback)
            waits.until(playback.head_due_us)
            return self._played(playback.response, playback, waits)
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
            waits = Waits(self._module, request)
            await waits.rest()
            if playback.response is None:
                await waits.until_end_async(playback.ending)
                raise _played_exception(self._module, playback)
            await waits.until_async(playback.head_due_us)
            return self._played(playback.response, playback, waits)
        take = self._take(request)
        try:
            response = await self._live("AsyncHTTPTransport", request.url).handle_async_request(request)
        except BaseException as error:
            take.fail(error)
            raise
        return self._recorded(response, take)

    def close(self) -> None:
        self.close_made()
        if self._inner is not None:
            self._inner.close()

    async def aclose(self) -> None:
        await self.aclose_made()
        if self._inner is not None:
            await self._inner.aclose()

    def close_made(self) -> None:
        """Close what this transport made for sync clients."""
        for transport in self._forget("HTTPTransport"):
            transport.close()

    async def aclose_made(self) -> None:
        """Close what this transport made for async clients."""
        for transport in self._forget("AsyncHTTPTransport"):
            await transport.aclose()

    def _forget(self, kind: str) -> list[Any]:
        with self._lock:
            return [self._made.pop(key) for key in tuple(self._made) if key[0] == kind]

    def prepare(self, kind: str) -> None:
        """Make the network's transport now, as the module's own client does, and not inside the first request.

        Where the environment names proxies, it depends on the URL which transport is needed, so it has to wait.
        """
        if self._inner is None and (self._by_itself or not _environment_proxies()):
            self._connected(kind, None)

    @property
    def _by_itself(self) -> bool:
        """Whether the client was told not to look for proxies in its environment."""
        return "proxy" in self._network or not self._network.get("trust_env", True)

    def _live(self, kind: str, url: Any) -> Any:
        if self._inner is not None:
            return self._inner
        return self._connected(kind, None if self._by_itself else _environment_proxy(url))

    def _connected(self, kind: str, proxy: str | None) -> Any:
        with self._lock:
            # Made once, and not before it is needed: the CA bundle costs 20 to 40 ms, and a replay never needs it.
            if (kind, proxy) not in self._made:
                options = self._network if proxy is None else {**self._network, "proxy": proxy}
                self._made[kind, proxy] = getattr(self._module, kind)(**options)
            return self._made[kind, proxy]

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

    def _played(self, head: Response, playback: Playback, waits: Waits) -> Any:
        waits.head_delivered()
        return self._module.Response(
            head.status,
            headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in head.headers],
            stream=_streams(self._module)[1](self._module, playback, waits),
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


def _played_exception(module: ModuleType, playback: Playback) -> Exception:
    """The exception that the recording client met, or that a fault makes, as this module's class of that name."""
    ending = playback.ending
    kind = getattr(module, ending.exception or "", None)
    if not (isinstance(kind, type) and issubclass(kind, module.TransportError)):
        kind = {How.TIMEOUT: module.ReadTimeout, How.RESET: module.ReadError}.get(
            ending.how, module.RemoteProtocolError
        )
    error: Exception = kind(ending.message or f"the recording ends here: {ending.how.value}")
    # Whoever recorded a failure by accident must not look for it in the network, nor in the recording for a fault.
    error.add_note(
        f"replayed by harness: the fault {playback.ended_by} makes this ending, which was not recorded"
        if playback.ended_by
        else "replayed by harness: the exchange was recorded with this ending; record it anew to ask the network"
    )
    return error


def _environment_proxies() -> dict[str, str]:
    """The proxies that the environment (on macOS and Windows: the system) names, by scheme."""
    from urllib.request import getproxies  # noqa: PLC0415 - only a live request needs it

    return getproxies()


def _environment_proxy(url: Any) -> str | None:
    """The environment's proxy for a URL.

    A client that is given a transport no longer looks for one itself, and recording must reach what the user's
    own client would have reached.
    """
    from urllib.request import proxy_bypass  # noqa: PLC0415 - only a live request needs it

    if proxy_bypass(url.host):
        return None
    proxies = _environment_proxies()
    found = proxies.get(url.scheme) or proxies.get("all")
    return found if found is None or "://" in found else f"http://{found}"
