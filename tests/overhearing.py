"""A recorder for proxies under test that keeps in memory what it was told."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from harness.cassettes.exchange import How, Request, Response
from harness.io.server.proxy import RecordProxy
from harness.io.server.threaded import ServerThread
from harness.io.upstream import Upstream
from tests.scripted import ScriptedServer

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable


class Heard:
    """What a recorder is told of one exchange."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.response: Response | None = None
        self.chunks: list[bytes] = []
        self.how: How | None = None
        self.error: BaseException | None = None
        self.ended = threading.Event()

    def respond(self, head: Response) -> None:
        """The head."""
        self.response = head

    def chunk(self, data: bytes) -> None:
        """A chunk."""
        self.chunks.append(data)

    def end(self, how: How, error: BaseException | None = None) -> None:
        """The end."""
        assert self.how is None, "an exchange ends once"
        self.how, self.error = how, error
        self.ended.set()

    def fail(self, error: BaseException) -> None:
        """The end by an exception; which one matters, not how a recorder names it."""
        self.end(How.RESET, error)


class Ear:
    """A recorder that only listens."""

    def __init__(self) -> None:
        self.exchanges: list[Heard] = []

    def begin(self, request: Request) -> Heard:
        """An exchange."""
        self.exchanges.append(Heard(request))
        return self.exchanges[-1]


def proxied(
    url: str, ear: Ear | None, *, raw_encoding: bool = False, read_timeout: float | None = None
) -> ServerThread:
    """A proxy in front of `url`."""
    proxy = RecordProxy(Upstream(url, raw_encoding=raw_encoding, read_timeout=read_timeout), ear)
    return ServerThread(proxy, finish=proxy.aclose, grace=0.2)


def answering(answer: bytes, then: Callable[[socket.socket], None] = lambda _: None) -> ScriptedServer:
    """An upstream that gives the same bytes to everybody."""

    def script(connection: socket.socket, _: bytes) -> None:
        connection.sendall(answer)
        then(connection)

    return ScriptedServer(script)
