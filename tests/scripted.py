"""A server whose every byte a test decides: raw sockets, no HTTP library, one thread a connection."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Self

from harness.io.server.connection import LINGER_ZERO

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

SSE_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"


def http_chunk(data: bytes) -> bytes:
    """One chunk of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(data), data)


def reset(connection: socket.socket) -> None:
    """Close with RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
    connection.close()


def read_request(connection: socket.socket) -> bytes:
    """Read one request with a content-length, head and body; empty where the client hung up."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


class ScriptedServer:
    """Runs `script(connection, request)` for each request, until the script or the client closes.

    Args:
        script: Writes the answer to the socket; closing it ends the connection.
        raises: Whether leaving the `with` block raises what the script raised, so that no assertion inside a script
            is lost. A socket's errors are none: clients leave.
    """

    def __init__(self, script: Callable[[socket.socket, bytes], None], *, raises: bool = True) -> None:
        self._script = script
        self._raises = raises
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads: list[threading.Thread] = []
        self._connections: list[socket.socket] = []
        self.errors: list[Exception] = []
        self._acceptor = threading.Thread(target=self._accept, daemon=True)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connections.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            while connection.fileno() >= 0 and (request := read_request(connection)):
                self._script(connection, request)
        except OSError:
            pass
        except Exception as error:  # noqa: BLE001 - raised on the test's own thread
            self.errors.append(error)
        finally:
            connection.close()

    def __enter__(self) -> Self:
        self._acceptor.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # shutdown wakes the thread that waits in accept; close alone does not, on Linux.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._connections:
            connection.close()
        self._acceptor.join(60)
        for thread in self._threads:
            thread.join(60)
        # An error of the test itself says more than what came of it in the script.
        if self._raises and self.errors and error is None:
            raise self.errors[0]
