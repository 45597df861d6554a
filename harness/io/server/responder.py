"""One answer on one connection, written exactly as it is told."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Final

from harness.io.server.framing import chunk, encode_head, has_body, last_chunk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from harness.cassettes.exchange import Header
    from harness.io.server.connection import Connection
    from harness.io.server.heads import RequestHead

_FRAMING_FIELDS: Final = frozenset({"transfer-encoding", "connection", "keep-alive"})


class Body(IntEnum):
    """How the end of a body is told."""

    UNSTARTED = 0
    NONE = 1
    CHUNKED = 2
    LENGTH = 3
    UNTIL_CLOSE = 4
    DONE = 5


class Responder:
    """Writes one response; call `start`, any number of `write`, then one of `finish`, `cut` and `reset`.

    After the answer has ended or the client has left, every call does nothing, so no caller has to look.

    Attributes:
        head: The request that is answered.
        abandoned: Whether it was this server that gave the connection up.
        on_disconnect: Called once when the client leaves before the answer has ended.
        on_resume: Called when a paused connection can take more.
    """

    __slots__ = (
        "_connection",
        "_framing",
        "_left",
        "abandoned",
        "head",
        "keep_alive",
        "on_disconnect",
        "on_resume",
    )

    def __init__(self, connection: Connection, head: RequestHead) -> None:
        self._connection: Connection | None = connection
        self._framing = Body.UNSTARTED
        self._left = 0
        self.head = head
        self.abandoned = False
        self.keep_alive = head.keep_alive
        self.on_disconnect: Callable[[], None] | None = None
        self.on_resume: Callable[[], None] | None = None

    @property
    def started(self) -> bool:
        """Whether the head has been written."""
        return self._framing is not Body.UNSTARTED

    @property
    def open(self) -> bool:
        """Whether there is still somebody to write to, and something to write."""
        return self._connection is not None

    @property
    def paused(self) -> bool:
        """Whether the client reads more slowly than it is written to; wait for `on_resume`."""
        return self._connection is not None and self._connection.writing_paused

    @property
    def plain(self) -> bool:
        """Whether the client takes a chunked body on a connection that stays open: the usual case.

        Then the wire of an answer depends on the answer alone, and can be prepared once (`write_wire`).
        """
        head = self.head
        return self.keep_alive and head.http_version == "1.1" and head.method != "HEAD"

    def start(self, status: int, reason: str, headers: Iterable[Header]) -> None:
        """Write the head. Fields go out as given, but those that frame the message are this server's own."""
        connection = self._connection
        if connection is not None:
            connection.write(self._start(status, reason, headers))

    def write(self, data: bytes) -> None:
        """Write one chunk: one write to the transport, one HTTP chunk."""
        connection = self._connection
        if connection is not None and data:
            if self._framing is Body.CHUNKED:
                connection.write(b"%x\r\n%b\r\n" % (len(data), data))
            else:
                connection.write(self._unchunked(data))

    def write_many(self, parts: Iterable[bytes]) -> None:
        """Write several chunks in one write to the transport; each is an HTTP chunk of its own."""
        connection = self._connection
        if connection is not None:
            if self._framing is Body.CHUNKED:
                connection.write(b"".join([chunk(part) for part in parts]))
            else:
                connection.write(self._unchunked(b"".join(parts)))

    def finish(self, trailers: Iterable[Header] = ()) -> None:
        """End the answer as HTTP says; the connection stays open where both sides can tell that it ended."""
        connection = self._connection
        if connection is None:
            return
        if self._framing is Body.UNSTARTED:
            self.start(200, "", (("content-length", "0"),))
        if self._framing is Body.CHUNKED:
            connection.write(last_chunk(trailers))
        elif self._framing is Body.UNTIL_CLOSE or self._left > 0:
            self.keep_alive = False
        self._end(connection)

    def answer(self, status: int, reason: str, headers: Iterable[Header], body: bytes) -> None:
        """Write a whole answer with one write to the transport."""
        connection = self._connection
        if connection is None:
            return
        wire = self._start(status, reason, headers)
        if self._framing is Body.CHUNKED:
            wire += chunk(body) + last_chunk()
        else:
            wire += self._unchunked(body)
        connection.write(wire)
        if self._framing is Body.UNTIL_CLOSE or self._left > 0:
            self.keep_alive = False
        self._end(connection)

    def write_wire(self, wire: bytes, *, chunked: bool = True, last: bool = False) -> None:
        """Write bytes that are framed already, head and all; only to a `plain` client.

        Args:
            wire: The bytes.
            chunked: Whether the head has told of HTTP chunks (else of a length, which the body must have).
            last: Whether they end the answer.
        """
        connection = self._connection
        if connection is not None:
            self._framing = Body.CHUNKED if chunked else Body.LENGTH
            connection.write(wire)
            if last:
                self._end(connection)

    def cut(self) -> None:
        """Close the connection where the body stands, without its end; written bytes still arrive."""
        connection = self._connection
        if connection is not None:
            self._forget()
            connection.cut()

    def reset(self) -> None:
        """Reset the connection (RST) once everything that was written has left this machine."""
        connection = self._connection
        if connection is not None:
            self._forget()
            connection.reset()

    def pause_reading(self) -> None:
        """Take no more of the request's body for now."""
        if self._connection is not None:
            self._connection.pause_reading()

    def resume_reading(self) -> None:
        """Go on with the request's body."""
        if self._connection is not None:
            self._connection.resume_reading()

    def lost(self) -> None:
        """The connection is gone. For the connection only."""
        callback = self.on_disconnect
        self._forget()
        if callback is not None:
            callback()

    def _start(self, status: int, reason: str, headers: Iterable[Header]) -> bytes:
        fields = [pair for pair in headers if pair[0].lower() not in _FRAMING_FIELDS]
        head = self.head
        if not has_body(head.method, status):
            self._framing = Body.NONE
            if head.method == "HEAD" and _length(fields) is None:
                # What GET would have been answered with: the same framing (RFC 9110, section 9.3.2).
                fields.append(("transfer-encoding", "chunked"))
        elif (length := _length(fields)) is not None:
            self._framing, self._left = Body.LENGTH, length
        elif head.http_version == "1.1":
            self._framing = Body.CHUNKED
            fields.append(("transfer-encoding", "chunked"))
        else:
            self._framing, self.keep_alive = Body.UNTIL_CLOSE, False
        if not self.keep_alive:
            fields.append(("connection", "close"))
        elif head.http_version == "1.0":
            fields.append(("connection", "keep-alive"))
        return encode_head(status, reason, fields)

    def _unchunked(self, data: bytes) -> bytes:
        if self._framing is Body.LENGTH:
            data = data[: self._left]  # more would be read as the next answer
            self._left -= len(data)
            return data
        return data if self._framing is Body.UNTIL_CLOSE else b""

    def _end(self, connection: Connection) -> None:
        self._forget()
        connection.answered(keep_alive=self.keep_alive)

    def _forget(self) -> None:
        self._connection = None
        self._framing = Body.DONE
        self.on_disconnect = self.on_resume = None


def _length(fields: Iterable[Header]) -> int | None:
    for name, value in fields:
        if name.lower() == "content-length" and value.isascii() and value.isdigit():
            return int(value)
    return None
