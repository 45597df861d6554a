"""The connection is closed in the middle of the body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.cassettes.exchange import How
from harness.faults.borders import BorderFault, broken

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
