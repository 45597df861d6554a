"""Two events come in the wrong order."""

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
class Swap(EventFault):
    """One event changes places with the one after it.

    Both keep their bytes. It does not apply to the last event, which has none after it.
    """

    name: ClassVar[str] = "swap"
    example: ClassVar[str] = "swap:event=3"
    breaks: ClassVar[tuple[str, ...]] = (
        *MISPLACED,
        "CHAT-CHOICE-005",
        "RESP-SEQ-002",
        "RESP-SEQ-003",
        "RESP-SEQ-004",
        "UP-BLOCK-001",
        "UP-ORDER-002",
    )
    ahead: ClassVar[int] = 1

    def edit(self, blocks: Iterator[Block], target: int, exchange: Exchange) -> Iterator[Block]:
        """Hold that block back until the next has gone."""
        del exchange
        held: Block | None = None
        for number, block in enumerate(blocks):
            if number == target:
                held = block
                continue
            yield block
            if held is not None:
                yield held
                held = None

    def equivalent(self, exchange: Exchange) -> str | None:
        """Nobody may be able to tell."""
        return traceless(exchange, self.target(exchange), 2)
