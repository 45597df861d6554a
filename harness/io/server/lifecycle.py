"""Listening, and stopping gracefully."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from typing import TYPE_CHECKING, Final, Self

from harness.errors import PortInUse, TargetError
from harness.io.server.connection import Connection
from harness.io.server.handlers import Handler, Whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from harness.io.server.heads import RequestHead
    from harness.io.server.responder import Responder

MAX_HEAD: Final = 65_536
MAX_BODY: Final = 1 << 30
GRACE: Final = 5.0
_BACKLOG: Final = 4_096
_TURNS: Final = 4
"""Turns of the loop from accepting a socket to knowing its connection, and one more."""
_IN_USE: Final = frozenset({errno.EADDRINUSE, 10_048})  # 10048 is Windows' WSAEADDRINUSE
_NOT_OURS: Final = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, 10_047, 10_049})


class Server:
    """An HTTP/1.1 server on the running loop.

    Args:
        handler: A `Handler`, or a function `(head, body, responder)` that is given each request whole.
        host: Address to listen on; loopback unless told otherwise: recordings are nobody else's business.
        port: Port; 0 lets the system choose (see `port` after `start`).
        max_head: Longest request line with fields, in bytes; longer ones are answered with 431.
        max_body: Longest request body, in bytes; longer ones are answered with 413.
    """

    def __init__(
        self,
        handler: Handler | Callable[[RequestHead, bytes, Responder], None],
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        max_head: int = MAX_HEAD,
        max_body: int = MAX_BODY,
    ) -> None:
        self.handler: Handler = Whole(handler) if callable(handler) else handler
        self.host = host
        self.port = port
        self.max_head = max_head
        self.max_body = max_body
        self.connections: set[Connection] = set()
        self.stopping = False
        self._listener: asyncio.Server | None = None
        self._empty: asyncio.Event | None = None

    @property
    def url(self) -> str:
        """Where it listens, such as `http://127.0.0.1:41234`, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    async def start(self) -> Self:
        """Listen.

        Raises:
            PortInUse: Somebody else listens there.
            TargetError: The address cannot be listened on for another reason.
        """
        loop = asyncio.get_running_loop()
        where = self.url.removeprefix("http://")
        try:
            self._listener = await loop.create_server(
                lambda: Connection(self), self.host, self.port, backlog=_BACKLOG
            )
        except socket.gaierror as error:
            raise TargetError(
                "the host to listen on is not known",
                where=where,
                found=error.strerror,
                hint="use an address of this machine, such as 127.0.0.1",
            ) from error
        except OSError as error:
            if error.errno in _IN_USE:
                raise PortInUse(
                    "another program listens on this address",
                    where=where,
                    hint="stop it, or choose another port; port 0 takes a free one",
                ) from error
            raise TargetError(
                "cannot listen on this address",
                where=where,
                found=error.strerror or str(error),
                hint=(
                    "use an address of this machine, such as 127.0.0.1"
                    if error.errno in _NOT_OURS
                    else "use an address of this machine and a port above 1023"
                ),
            ) from error
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    async def stop(self, grace: float = GRACE) -> None:
        """Accept no more, let answers under way end for `grace` seconds, cut the rest. Twice is harmless."""
        if self._listener is None:
            return
        self.stopping = True
        listener, self._listener = self._listener, None
        await _closed(listener)
        self.handler.closing()
        for connection in tuple(self.connections):
            if connection.idle:
                connection.close()
        if self.connections and grace > 0:
            self._empty = asyncio.Event()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), grace)
        for connection in tuple(self.connections):
            connection.abandon()
        if self.connections:
            self._empty = asyncio.Event()
            await self._empty.wait()

    def connection_gone(self) -> None:
        """One connection less. For connections only."""
        if self._empty is not None and not self.connections:
            self._empty.set()

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


async def _closed(listener: asyncio.Server) -> None:
    """Accept no more, and learn of every connection that was accepted: who is not known is not closed."""
    loop = asyncio.get_running_loop()
    if isinstance(loop, asyncio.SelectorEventLoop):
        # Of a socket that it accepted right before its listener closed, asyncio (3.11) makes no connection.
        for one in listener.sockets:
            loop.remove_reader(one.fileno())
        await _turns()
    listener.close()
    await _turns()


async def _turns() -> None:
    for _ in range(_TURNS):
        await asyncio.sleep(0)
