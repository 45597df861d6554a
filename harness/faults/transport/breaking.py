"""Connections that end too early, and answers without a body."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from harness.cassettes.exchange import Ending, How
from harness.faults.answers import AnswerFault
from harness.faults.borders import BorderFault, broken
from harness.faults.fault import NO_RESPONSE, Fault
from harness.faults.wire import without

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange


@dataclass(frozen=True, kw_only=True)
class Cut(BorderFault):
    """The server closes the connection before the body has ended.

    All bytes in front of the place arrive. `cut:byte=end` sends the whole body and leaves out only HTTP's own
    end of it, as servers do that die after `[DONE]`. A content-length stays, so the client sees fewer bytes
    than it was promised. On a compressed body the place can be a byte or a chunk.
    """

    name: ClassVar[str] = "cut"
    example: ClassVar[str] = "cut:event=7"
    breaks: ClassVar[tuple[str, ...]] = (
        "HTTP-CLOSE-002",
        "SSE-TRUNC-001",
        "SSE-FRAME-001",
        "SSE-DONE-001",
        "CHAT-FIN-001",
        "RESP-LIFE-005",
        "HTTP-CT-002",
        "HTTP-ERR-002",
        "HTTP-STATUS-002",
        "UP-END-001",
        "XLAT-USE-006",
    )

    def apply(self, exchange: Exchange) -> Exchange:
        """The exchange, cut."""
        if self.obstacle(exchange) or (offset := self.offset(exchange)) is None:
            return exchange
        message = "peer closed connection without sending complete message body"
        return broken(exchange, offset, How.SERVER_CUT, "RemoteProtocolError", message)


@dataclass(frozen=True, kw_only=True)
class Reset(BorderFault):
    """The connection is reset (TCP RST) before the body has ended.

    Like `cut`, but the client's socket fails where `cut` lets it end. A reset may overtake bytes that were
    sent before it, so a real client may see a little less than what lies in front of the place.
    """

    name: ClassVar[str] = "reset"
    example: ClassVar[str] = "reset:byte=-1"
    breaks: ClassVar[tuple[str, ...]] = (
        "HTTP-CLOSE-002",
        "SSE-TRUNC-001",
        "SSE-FRAME-001",
        "SSE-DONE-001",
        "CHAT-FIN-001",
        "RESP-LIFE-005",
        "HTTP-CT-002",
        "HTTP-ERR-002",
        "HTTP-STATUS-002",
        "UP-END-001",
        "XLAT-USE-004",
        "XLAT-USE-006",
    )

    def apply(self, exchange: Exchange) -> Exchange:
        """The exchange, broken off."""
        if self.obstacle(exchange) or (offset := self.offset(exchange)) is None:
            return exchange
        return broken(exchange, offset, How.RESET, "ReadError", "connection reset by peer")


@dataclass(frozen=True, kw_only=True)
class Hangup(AnswerFault):
    """The server takes the request and closes the connection without an answer.

    Not even a status comes. The recording stays unplayed, and by default only one request is hit, so that a
    client that tries again gets through.
    """

    name: ClassVar[str] = "hangup"
    example: ClassVar[str] = "hangup:times=2"

    def apply(self, exchange: Exchange) -> Exchange:
        """The request, and nothing."""
        ending = Ending(
            How.SERVER_CUT, 0, "RemoteProtocolError", "Server disconnected without sending a response."
        )
        return replace(exchange, response=None, ending=ending)


@dataclass(frozen=True, kw_only=True)
class Empty(Fault):
    """The body is empty, and ends properly.

    The head is as recorded, but for the fields content-length and content-encoding, which would be untrue.
    """

    name: ClassVar[str] = "empty"
    example: ClassVar[str] = "empty"
    breaks: ClassVar[tuple[str, ...]] = (
        "HTTP-STATUS-002",
        "SSE-DONE-001",
        "HTTP-CT-002",
        "HTTP-ERR-002",
        "UP-END-001",
        "XLAT-ERR-002",
    )

    def obstacle(self, exchange: Exchange) -> str | None:
        """There must be a body to leave out."""
        if exchange.response is None:
            return NO_RESPONSE
        return None if any(chunk.data for chunk in exchange.response.chunks) else "the body is empty already"

    def apply(self, exchange: Exchange) -> Exchange:
        """The head alone."""
        if exchange.response is None or self.obstacle(exchange):
            return exchange
        headers = without(exchange.response.headers, "content-length", "content-encoding")
        response = replace(exchange.response, chunks=(), headers=headers, trailers=())
        return replace(exchange, response=response, ending=Ending(How.COMPLETE))
