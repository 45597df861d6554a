"""An event comes twice."""

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
class Repeat(EventFault):
    """One event comes twice in a row.

    The second copy has the bytes of the first and follows it at once.
    """

    name: ClassVar[str] = "repeat"
    example: ClassVar[str] = "repeat:event=3"
    breaks: ClassVar[tuple[str, ...]] = (
        *MISPLACED,
        "CHAT-ROLE-002",
        "RESP-RSN-002",
        "RESP-SEQ-004",
        "UP-ORDER-002",
        "XLAT-FIN-003",
    )

    def edit(self, blocks: Iterator[Block], target: int, exchange: Exchange) -> Iterator[Block]:
        """Give that block twice."""
        del exchange
        for number, block in enumerate(blocks):
            yield block
            if number == target:
                yield block

    def equivalent(self, exchange: Exchange) -> str | None:
        """Nobody may be able to tell."""
        return traceless(exchange, self.target(exchange))
