"""One client's connection: requests in, one after another; answers out, byte by byte as they are told."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from typing import TYPE_CHECKING, Final, Protocol, cast

from harness.io.server.answers import answer_error, error_answer
from harness.io.server.framing import encode_head
from harness.io.server.handlers import Discard, Handler, Receiver
from harness.io.server.heads import CHUNKED, BadRequest, ChunkedBody, head_end, parse_head
from harness.io.server.responder import Responder
from harness.io.server.sendqueue import unsent_bytes

if TYPE_CHECKING:
    from harness.io.server.heads import RequestHead

_READ_AHEAD: Final = 65_536
"""Bytes of further requests that are taken in while an answer is under way."""

_LINGER: Final = 2.0
"""Seconds for which the rest of an unread request is swallowed, so that the answer before it arrives."""

LINGER_ZERO: Final = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
"""`struct linger`: on, for no time; Winsock has its members as 16 bits."""

_FLUSH_POLL: Final = 0.01
_FLUSH_LIMIT: Final = 10.0


class Owner(Protocol):
    """What a connection needs to know of its server."""

    handler: Handler
    connections: set[Connection]
    max_head: int
    max_body: int
    stopping: bool

    def connection_gone(self) -> None:
        """One connection less."""
        ...


class Connection(asyncio.Protocol):
    """The protocol of one socket.

    While an answer streams, a connection holds no parser and no buffer: 10,000 held streams are 10,000 of
    these objects, their transports, and nothing else.
    """

    __slots__ = (
        "__weakref__",
        "_advancing",
        "_chunked",
        "_closing",
        "_left",
        "_owner",
        "_pending",
        "_reading_paused",
        "_receiver",
        "_responder",
        "_scanned",
        "_taken",
        "_transport",
        "writing_paused",
    )

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._transport: asyncio.Transport | None = None
        self._pending: bytes | bytearray = b""
        self._scanned = 0
        self._receiver: Receiver | None = None
        self._responder: Responder | None = None
        self._chunked: ChunkedBody | None = None
        self._left = 0
        self._taken = 0
        self._advancing = False
        self._closing = False
        self._reading_paused = False
        self.writing_paused = False

    # -- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has come."""
        self._transport = cast("asyncio.Transport", transport)
        self._owner.connections.add(self)

    def data_received(self, data: bytes) -> None:
        """Bytes of a request, or of several."""
        if self._closing:
            return
        if self._receiver is not None:
            self._take_body(data)
        else:
            self._pend(data)
        self._advance()

    def eof_received(self) -> bool:
        """The client closed its side, so it has left: one that only half-closed cannot be told from that."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio gives it
        """The socket is gone."""
        self._closing = True
        self._transport = None
        self._pending = b""
        self._receiver = None
        self._chunked = None
        owner = self._owner
        owner.connections.discard(self)
        responder, self._responder = self._responder, None
        if responder is not None:
            responder.lost()
        owner.connection_gone()

    def pause_writing(self) -> None:
        """The client reads too slowly."""
        self.writing_paused = True

    def resume_writing(self) -> None:
        """The client has caught up.

        The responder is told in the loop's next turn, not in here: it may end the answer and close the transport, and
        asyncio's (3.11) then loses its connection twice, uvloop's (0.21) never closes.
        """
        self.writing_paused = False
        if self._responder is not None:
            asyncio.get_running_loop().call_soon(self._tell_resumed, self._responder)

    def _tell_resumed(self, responder: Responder) -> None:
        # A responder that was told before may have filled the buffer again: then it is told again later.
        if responder is self._responder and not self.writing_paused and responder.on_resume is not None:
            responder.on_resume()

    # -- what the responder calls

    def write(self, data: bytes) -> None:
        """Hand bytes to the transport."""
        if data and self._transport is not None:
            self._transport.write(data)

    def answered(self, *, keep_alive: bool) -> None:
        """The answer is whole; go on with the next request, or close."""
        self._responder = None
        if not keep_alive or self._owner.stopping:
            self.close()
            return
        if self._receiver is not None:
            self._receiver = Discard()  # answered early: swallow the rest of the body
        if self._reading_paused:
            self.resume_reading()
        self._advance()

    def cut(self) -> None:
        """Close where the answer stands."""
        self._responder = None
        self.close()

    def close(self) -> None:
        """Close after what was written; swallow what still comes, lest a reset destroys the answer."""
        transport = self._transport
        if transport is None or self._closing:
            return
        self._closing = True
        unread = self._receiver is not None or self._reading_paused
        self._receiver = None
        self._pending = b""
        if unread and transport.can_write_eof():
            transport.write_eof()
            self.resume_reading()
            asyncio.get_running_loop().call_later(_LINGER, transport.close)
        else:
            transport.close()

    def reset(self) -> None:
        """Send RST once all that was written has been taken by the other side's kernel."""
        self._responder = None
        self._closing = True
        self._receiver = None
        self._pending = b""
        loop = asyncio.get_running_loop()
        self._reset_when_flushed(loop, loop.time() + _FLUSH_LIMIT)

    def _reset_when_flushed(self, loop: asyncio.AbstractEventLoop, deadline: float) -> None:
        transport = self._transport
        if transport is None:
            return
        waiting = transport.get_write_buffer_size()
        sock = transport.get_extra_info("socket")
        if not waiting:
            waiting = unsent_bytes(sock)
        if waiting and loop.time() < deadline:
            loop.call_later(_FLUSH_POLL, self._reset_when_flushed, loop, deadline)
            return
        # Linger time zero makes close() send RST instead of FIN, on every system with BSD sockets.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
        transport.abort()

    def pause_reading(self) -> None:
        """Take nothing more from the socket."""
        if not self._reading_paused and self._transport is not None and not self._transport.is_closing():
            self._reading_paused = True
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Go on taking."""
        if self._reading_paused and self._transport is not None and not self._transport.is_closing():
            self._reading_paused = False
            self._transport.resume_reading()

    # -- what the server calls

    @property
    def idle(self) -> bool:
        """Whether no request is under way."""
        return self._responder is None and self._receiver is None

    def abandon(self) -> None:
        """Close at once, whatever is under way; the handler is told that the client has left."""
        if self._responder is not None:
            self._responder.abandoned = True
        if self._transport is not None:
            self._transport.abort()

    # -- requests

    def _pend(self, data: bytes) -> None:
        if not self._pending:
            self._pending = data
            self._scanned = 0
        else:
            if not isinstance(self._pending, bytearray):
                self._pending = bytearray(self._pending)
            self._pending += data
        if self._responder is not None and len(self._pending) > _READ_AHEAD:
            self.pause_reading()

    def _advance(self) -> None:
        """Begin every request that has come and can begin. Answers may end inside, so it must not recurse."""
        if self._advancing:
            return
        self._advancing = True
        try:
            while self._pending and self._responder is None and self._receiver is None and not self._closing:
                if not self._begin():
                    break
        except BadRequest as error:
            self._refuse(error)
        finally:
            self._advancing = False

    def _begin(self) -> bool:
        """Begin the next request; False while its head has not come."""
        raw = self._next_head()
        if raw is None:
            return False
        head = parse_head(raw)
        if head.length > self._owner.max_body:
            raise self._too_large()
        responder = self._responder = Responder(self, head)
        try:
            if head.length == 0:
                self._owner.handler.open(head, responder).end()
            else:
                self._open_with_body(head, raw, responder)
        except BadRequest:
            raise
        except Exception as error:  # noqa: BLE001 - a handler's mistake must not take the server down
            self._failed(responder, error)
        return True

    def _next_head(self) -> bytes | None:
        pending = self._pending
        if pending[0] < 0x21:
            # Empty lines before a request are to be ignored (RFC 9112, section 2.2).
            pending = self._pending = pending.lstrip(b"\r\n")
            self._scanned = 0
            if not pending:
                return None
            if pending[0] < 0x21:
                hint = (
                    ": this looks like TLS, but the server speaks plain http://" if pending[0] == 0x16 else ""
                )
                raise BadRequest(400, f"this is not an HTTP request{hint}")
        end = head_end(pending, self._scanned)
        if max(end, len(pending) if end < 0 else 0) > self._owner.max_head:
            raise BadRequest(431, f"the request's head is longer than {self._owner.max_head} bytes")
        if end < 0:
            self._scanned = len(pending)
            return None
        raw = bytes(pending[:end])
        self._pending = bytes(pending[end:])
        self._scanned = 0
        return raw

    def _open_with_body(self, head: RequestHead, raw: bytes, responder: Responder) -> None:
        self._taken = 0
        self._left = head.length
        self._chunked = ChunkedBody(raw) if head.length == CHUNKED else None
        self._receiver = Discard()  # in case the answer ends before the handler has given its receiver
        receiver = self._owner.handler.open(head, responder)
        if self._responder is responder:
            self._receiver = receiver
            if head.expects_continue and not self._pending:
                self.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        rest, self._pending = self._pending, b""
        if rest and self._receiver is not None:
            self._take_body(bytes(rest))

    def _take_body(self, data: bytes) -> None:
        responder = self._responder
        try:
            if self._chunked is not None:
                self._take_chunked(self._chunked, data)
                return
            receiver = self._receiver
            left = self._left - len(data)
            if receiver is None:
                return
            if left < 0:
                self._pend(data[self._left :])
                data = data[: self._left]
                left = 0
            self._left = left
            receiver.body(data)
            if left == 0 and self._receiver is receiver:
                self._receiver = None
                receiver.end()
        except BadRequest as error:
            self._refuse(error)
        except Exception as error:  # noqa: BLE001 - a handler's mistake must not take the server down
            self._failed(responder, error)

    def _take_chunked(self, chunked: ChunkedBody, data: bytes) -> None:
        parts, rest = chunked.feed(data)
        self._taken += sum(map(len, parts))
        if self._taken > self._owner.max_body:
            raise self._too_large()
        receiver = self._receiver
        if rest is not None:
            self._chunked = None
            self._receiver = None
            if rest:
                self._pend(rest)
        if receiver is None:
            return
        for part in parts:
            receiver.body(part)
        if rest is not None:
            receiver.end()

    def _too_large(self) -> BadRequest:
        return BadRequest(413, f"the request's body is longer than {self._owner.max_body} bytes")

    def _refuse(self, error: BadRequest) -> None:
        """Say what is wrong with the request and close: where the next one would begin is not known."""
        responder, self._responder = self._responder, None
        self._receiver = self._receiver or Discard()  # close() must linger: there is more to come
        if responder is None or not responder.started:
            close = (("connection", "close"),)
            fields, body = error_answer(error.message, "invalid_request_error", headers=close)
            self.write(encode_head(error.status, "", fields) + body)
        if responder is not None:
            responder.lost()
        self.close()

    def _failed(self, responder: Responder | None, error: Exception) -> None:
        asyncio.get_running_loop().call_exception_handler(
            {"message": "a handler of the harness server failed", "exception": error, "protocol": self}
        )
        if responder is None or not responder.open:
            return
        if responder.started:
            responder.cut()
        else:
            responder.keep_alive = False
            answer_error(responder, 500, f"the harness server failed: {error!r}", "server_error")
