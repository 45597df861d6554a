"""An event is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.events import EventFault
from harness.faults.stream.traces import MISPLACED, traceless

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
        *MISPLACED,
        "HTTP-STATUS-002",
        "RESP-LIFE-012",
        "RESP-SEQ-002",
        "RESP-SEQ-003",
        "UP-BLOCK-001",
        "UP-END-001",
        "XLAT-ERR-001",
        "XLAT-ERR-003",
        "XLAT-ERR-006",
        "XLAT-TOOL-005",
        "XLAT-USE-004",
        "XLAT-USE-006",
    )

    def edit(self, blocks: Iterator[Block], target: int, exchange: Exchange) -> Iterator[Block]:
        """Leave that block out."""
        del exchange
        return (block for number, block in enumerate(blocks) if number != target)

    def equivalent(self, exchange: Exchange) -> str | None:
        """Nobody may be able to tell."""
        return traceless(exchange, self.target(exchange))
