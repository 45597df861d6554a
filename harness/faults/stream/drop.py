"""An event is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.events import EventFault
from harness.faults.stream.traces import traceless

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Exchange
    from harness.faults.wire import Block


@dataclass(frozen=True, kw_only=True)
class Drop(EventFault):
    """One event is left out.

    All other events keep their bytes and times.
    """

    name: ClassVar[str] = "drop"
    example: ClassVar[str] = "drop:event=3"
    breaks: ClassVar[tuple[str, ...]] = (
        "RESP-SEQ-002",
        "RESP-SEQ-003",
        "CHAT-ROLE-001",
        "CHAT-FIN-001",
        "CHAT-ERR-001",
        "CHAT-ERR-003",
        "CHAT-FIN-003",
        "CHAT-TOOL-001",
        "CHAT-TOOL-003",
        "CHAT-TOOL-005",
        "CHAT-TOOL-009",
        "CHAT-TOOL-010",
        "CHAT-USE-001",
        "CHAT-USE-003",
        "CHAT-USE-009",
        "SSE-DONE-001",
        "SSE-DONE-002",
        "RESP-LIFE-001",
        "RESP-LIFE-002",
        "RESP-LIFE-004",
        "RESP-LIFE-005",
        "RESP-LIFE-006",
        "RESP-ITEM-001",
        "RESP-ITEM-003",
        "RESP-ITEM-004",
        "RESP-ITEM-012",
        "RESP-ITEM-013",
        "RESP-ITEM-014",
        "RESP-PART-001",
        "RESP-PART-005",
        "RESP-PART-006",
        "RESP-TEXT-001",
        "RESP-TEXT-003",
        "RESP-TEXT-004",
        "RESP-TEXT-005",
        "RESP-FC-001",
        "RESP-FC-002",
        "RESP-FC-003",
        "RESP-RSN-001",
        "RESP-RSN-003",
        "RESP-RSN-007",
        "XLAT-TEXT-001",
        "XLAT-TOOL-001",
        "RESP-PART-002",
        "RESP-PART-004",
        "RESP-REF-001",
        "RESP-CTC-001",
        "RESP-SEQ-001",
        "RESP-TOOL-008",
        "RESP-TOOL-009",
        "RESP-ITEM-008",
        "HTTP-STATUS-002",
        "RESP-TOOL-005",
        "UP-BLOCK-001",
        "UP-END-001",
        "UP-ORDER-001",
        "UP-SUM-001",
        "XLAT-ERR-001",
        "XLAT-ERR-003",
        "XLAT-RSN-004",
        "XLAT-TOOL-005",
        "XLAT-USE-004",
        "XLAT-USE-006",
        "RESP-LIFE-012",
    )

    def edit(self, blocks: Iterator[Block], target: int, exchange: Exchange) -> Iterator[Block]:
        """Leave that block out."""
        del exchange
        return (block for number, block in enumerate(blocks) if number != target)

    def equivalent(self, exchange: Exchange) -> str | None:
        """Nobody may be able to tell."""
        return traceless(exchange, self.target(exchange))
