"""The server for code that has no event loop: tests, scripts, the command line."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from harness.errors import UsageError
from harness.io.server.lifecycle import GRACE, MAX_BODY, MAX_HEAD, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from types import TracebackType

    from harness.io.server.handlers import Handler
    from harness.io.server.heads import RequestHead
    from harness.io.server.responder import Responder

T = TypeVar("T")
UseUvloop = Literal["auto"] | bool


def new_loop(uvloop: UseUvloop = "auto") -> asyncio.AbstractEventLoop:
    """A new event loop.

    Args:
        uvloop: True for uvloop's, False for asyncio's, "auto" for uvloop's where it is installed.

    Raises:
        UsageError: uvloop is asked for and not installed.
    """
    if uvloop is not False:
        try:
            import uvloop as library  # noqa: PLC0415 - optional, and absent on Windows
        except ImportError as error:
            if uvloop is True:
                raise UsageError(
                    "uvloop is not installed",
                    hint="pip install 'llm-stream-harness[uvloop]'; there is none for Windows",
                ) from error
        else:
            loop: asyncio.AbstractEventLoop = library.new_event_loop()
            return loop
    return asyncio.new_event_loop()


class ServerThread:
    """A server with a loop and a thread of its own. A context manager, or `start` and `stop`.

    Args:
        handler: A `Handler`, or a function `(head, body, responder)` that is given each request whole. It is
            called on the server's thread only.
        host: Address to listen on.
        port: Port; 0 lets the system choose.
        uvloop: See `new_loop`.
        grace: Seconds that answers under way get to end in when it stops.
        max_head: See `Server`.
        max_body: See `Server`.
        finish: Awaited on the loop after the server has stopped, for a handler that has something to close.
    """

    def __init__(
        self,
        handler: Handler | Callable[[RequestHead, bytes, Responder], None],
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        uvloop: UseUvloop = "auto",
        grace: float = GRACE,
        max_head: int = MAX_HEAD,
        max_body: int = MAX_BODY,
        finish: Callable[[], Coroutine[Any, Any, None]] | None = None,
    ) -> None:
        self.server = Server(handler, host, port, max_head=max_head, max_body=max_body)
        self._uvloop = uvloop
        self._grace = grace
        self._finish = finish
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return self.server.url

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self.server.port

    def start(self) -> Self:
        """Listen, and serve in the background.

        Raises:
            PortInUse: Somebody else listens there.
            TargetError: The address cannot be listened on for another reason.
            UsageError: uvloop is asked for and not installed.
        """
        if self._loop is not None:
            return self
        loop = self._loop = new_loop(self._uvloop)
        self._thread = threading.Thread(target=loop.run_forever, name="harness-server", daemon=True)
        self._thread.start()
        try:
            self._await(self.server.start())
        except BaseException:
            self._end_loop()
            raise
        return self

    def stop(self) -> None:
        """Stop gracefully; see `Server.stop`. Calling it twice is harmless."""
        if self._loop is None:
            return
        try:
            self._await(self._stop())
        finally:
            self._end_loop()

    def call(self, function: Callable[[], T]) -> T:
        """Call a function where the handler may be touched: on the server's thread, while it runs."""
        if self._loop is None:
            return function()

        async def on_loop() -> T:
            return function()

        return self._await(on_loop())

    async def _stop(self) -> None:
        await self.server.stop(self._grace)
        if self._finish is not None:
            await self._finish()

    def _await(self, work: Coroutine[Any, Any, T]) -> T:
        if self._loop is None:
            work.close()
            raise UsageError("the server is not running", hint="use it inside its with block")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _end_loop(self) -> None:
        loop, thread = self._loop, self._thread
        self._loop = self._thread = None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
