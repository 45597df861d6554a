"""The connection is reset in the middle of the body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.cassettes.exchange import How
from harness.faults.borders import BorderFault, broken

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange


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
