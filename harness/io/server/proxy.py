"""A recording proxy: every request goes on to the upstream, every byte of the answer goes back at once.

The client comes first: a chunk is written to it before the recorder is told, and no failure of the recorder
reaches it.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final, ParamSpec, Protocol

from harness.cassettes.exchange import How, Request, Response
from harness.errors import HarnessError
from harness.io.server.answers import answer_error
from harness.io.server.framing import end_to_end
from harness.io.server.handlers import Discard, Receiver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from harness.io.server.heads import RequestHead
    from harness.io.server.responder import Responder
    from harness.io.upstream import Upstream, UpstreamAnswer

_QUEUED: Final = 262_144
"""Bytes of a request that may wait for the upstream to take them."""

_KEPT_ERRORS: Final = 1_000
"""Requests that did not reach the upstream, of which is kept why; a client may try again and again."""

P = ParamSpec("P")

_log = logging.getLogger(__name__)


class Take(Protocol):
    """One exchange while it is recorded. `harness.io.recorder` has the real one."""

    def respond(self, head: Response) -> None:
        """The head came."""
        ...

    def chunk(self, data: bytes) -> None:
        """One read of the body came."""
        ...

    def end(self, how: How, error: BaseException | None = None) -> None:
        """It is over."""
        ...

    def fail(self, error: BaseException) -> None:
        """It is over because of an exception, which says how."""
        ...


class Sink(Protocol):
    """What records. All calls come on the server's loop."""

    def begin(self, request: Request) -> Take:
        """A request goes out."""
        ...


class RecordProxy:
    """Passes every request on to one upstream, and tells a recorder what it saw.

    Args:
        upstream: Where to.
        sink: The recorder; None passes on without recording.
    """

    def __init__(self, upstream: Upstream, sink: Sink | None = None) -> None:
        self._upstream = upstream
        self._sink = sink
        self._tasks: set[asyncio.Task[None]] = set()
        self.stopping = False
        self.failures: list[Exception] = []
        self.unreached: list[HarnessError] = []

    def open(self, head: RequestHead, responder: Responder) -> Receiver:
        """Pass a request on."""
        if head.method == "CONNECT":
            answer_error(
                responder,
                501,
                "this server stands for one upstream: give it to the client as its base URL, not as its proxy",
                "invalid_request_error",
            )
            return Discard()
        passage = _Passage(self, self._upstream, head, responder)
        task = asyncio.get_running_loop().create_task(passage.run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        responder.on_disconnect = lambda: _cancel(task)
        return passage

    def closing(self) -> None:
        """Nothing is held back here: what is under way goes on while the server lets it."""

    async def aclose(self) -> None:
        """End what is still under way, and close the connections to the upstream."""
        self.stopping = True
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._upstream.aclose()

    def begin(self, request: Request) -> Take | None:
        """Start to record. For passages only."""
        if self._sink is None:
            return None
        try:
            return self._sink.begin(request)
        except Exception as error:  # noqa: BLE001 - recording must not fail the client
            self.failed(error)
            return None

    def failed(self, error: Exception) -> None:
        """Keep what went wrong in the recorder. For passages only."""
        self.failures.append(error)
        _log.warning("this exchange is not recorded: %s", error)


def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()


class _Passage:
    """One request on its way to the upstream and its answer on its way back."""

    def __init__(
        self, proxy: RecordProxy, upstream: Upstream, head: RequestHead, responder: Responder
    ) -> None:
        self._proxy = proxy
        self._upstream = upstream
        self._head = head
        self._responder = responder
        self._headers = upstream.outgoing(end_to_end(head.headers))
        self._parts: list[bytes] = []
        self._sent = 0
        self._queued = 0
        self._whole = False
        self._take: Take | None = None
        self._begun = False
        self._wake = asyncio.Event()

    # -- from the client

    def body(self, data: bytes) -> None:
        """More of the request."""
        self._parts.append(data)
        self._queued += len(data)
        if self._queued > _QUEUED:
            self._responder.pause_reading()
        self._wake.set()

    def end(self) -> None:
        """The request is whole."""
        self._whole = True
        self._begin()
        self._wake.set()

    async def _outgoing(self) -> AsyncIterator[bytes]:
        while True:
            while self._sent < len(self._parts):
                part = self._parts[self._sent]
                self._sent += 1
                self._queued -= len(part)
                if self._queued <= _QUEUED:
                    self._responder.resume_reading()
                yield part
            if self._whole:
                return
            self._wake.clear()
            await self._wake.wait()

    # -- to the client

    async def run(self) -> None:
        """Carry the exchange to its end, whatever that is."""
        responder = self._responder
        try:
            await self._exchange()
        except asyncio.CancelledError as error:
            if responder.abandoned or self._proxy.stopping:
                self._tell_end(How.CANCELLED, error)
            else:
                self._tell_end(How.CLIENT_CLOSE)
            responder.cut()
        except HarnessError as error:
            if len(self._proxy.unreached) < _KEPT_ERRORS:
                self._proxy.unreached.append(error)
            self._tell_failure(error.__cause__ or error)
            answer_error(responder, 502, str(error), "harness_error", code=error.code)
        except Exception as error:  # noqa: BLE001 - whatever httpx raises is how this exchange ended
            self._tell_failure(error)
            self._break(error)

    async def _exchange(self) -> None:
        responder, head = self._responder, self._head
        body = b"".join(self._parts) if self._whole else self._outgoing()
        async with self._upstream.send(head.method, head.path, self._headers, body) as answer:
            responder.start(answer.status, answer.reason, end_to_end(answer.headers))
            self._tell_head(answer)
            async for data in answer.chunks():
                responder.write(data)
                if self._take is not None:
                    self._tell(self._take.chunk, data)
                if responder.paused:
                    await self._until_resumed()
            # Nothing may be awaited between these two: a client that has it all may stop this server at once.
            responder.finish()
            self._tell_end(How.COMPLETE)

    async def _until_resumed(self) -> None:
        resumed = asyncio.Event()
        self._responder.on_resume = resumed.set
        if self._responder.paused:
            await resumed.wait()
        self._responder.on_resume = None

    def _break(self, error: Exception) -> None:
        """Let the client meet the end that the upstream made: an answer without its end, or none at all."""
        responder = self._responder
        kind = type(error).__name__
        if kind in {"ReadTimeout", "WriteTimeout", "PoolTimeout"} and not responder.started:
            answer_error(responder, 504, f"the upstream sent nothing in time ({kind})", "harness_error")
        elif kind in {"ReadError", "WriteError"}:
            responder.reset()
        else:
            responder.cut()

    # -- to the recorder

    def _begin(self) -> None:
        """Tell the recorder of the request, once: when it is whole, or when it is answered before that."""
        if not self._begun:
            self._begun = True
            url = self._upstream.url(self._head.path)
            self._take = self._proxy.begin(
                Request(self._head.method, url, self._headers, b"".join(self._parts))
            )

    def _tell_head(self, answer: UpstreamAnswer) -> None:
        self._begin()
        if self._take is not None:
            head = Response(answer.status, answer.headers, (), answer.reason, answer.http_version)
            self._tell(self._take.respond, head)

    def _tell_end(self, how: How, error: BaseException | None = None) -> None:
        self._begin()
        if self._take is not None:
            self._tell(self._take.end, how, error)

    def _tell_failure(self, error: BaseException) -> None:
        self._begin()
        if self._take is not None:
            self._tell(self._take.fail, error)

    def _tell(self, call: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            call(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - recording must not fail the client
            self._take = None
            self._proxy.failed(error)
