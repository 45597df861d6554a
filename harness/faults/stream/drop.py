"""An event is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.events import EventFault

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
    breaks: ClassVar[tuple[str, ...]] = ("RESP-SEQ-003",)

    def edit(self, blocks: Iterator[Block], target: int, exchange: Exchange) -> Iterator[Block]:
        """Leave that block out."""
        del exchange
        return (block for number, block in enumerate(blocks) if number != target)
