"""The body ends in the middle of an event as if it were whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.events import EventFault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Exchange
    from harness.faults.wire import Block


@dataclass(frozen=True, kw_only=True)
class Truncate(EventFault):
    """The body ends in the middle of an event, and HTTP says that it is whole.

    Proxies that hide a broken upstream do this. The seed chooses the byte inside the event. For a connection
    that breaks there, see `cut` and `reset`.
    """

    name: ClassVar[str] = "truncate"
    example: ClassVar[str] = "truncate:event=3"
    breaks: ClassVar[tuple[str, ...]] = (
        "SSE-TRUNC-001",
        "SSE-FRAME-001",
        "SSE-JSON-001",
        "SSE-DONE-001",
        "CHAT-FIN-001",
        "RESP-LIFE-005",
        "HTTP-STATUS-002",
        "UP-END-001",
        "XLAT-ERR-002",
        "XLAT-USE-006",
    )
    wanted: ClassVar[str] = "event of two characters or more"
    ends: ClassVar[bool] = True

    def eligible(self, block: bytes) -> bool:
        """A line of one character has no middle."""
        return len(block.strip(b"\r\n")) > 1

    def edit(self, blocks: Iterator[Block], target: int, exchange: Exchange) -> Iterator[Block]:
        """End inside that block."""
        for number, block in enumerate(blocks):
            if number == target:
                data = block.data
                kept = 1 + self.choose(len(data.rstrip(b"\r\n")) - 1, exchange.index, "inside")
                yield block.shortened(kept)
                return
            yield block
