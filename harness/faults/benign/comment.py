"""A comment comes between two events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.events import EventFault
from harness.faults.wire import inserted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Exchange
    from harness.faults.wire import Block


@dataclass(frozen=True, kw_only=True)
class Comment(EventFault):
    """A comment, as gateways send to keep a connection open, comes in front of an event.

    Legal: a client must skip it. It is a chunk of its own; all recorded bytes stay.
    """

    name: ClassVar[str] = "comment"
    example: ClassVar[str] = "comment:event=3"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-COMM-002",)
    benign: ClassVar[bool] = True

    def edit(self, blocks: Iterator[Block], target: int, exchange: Exchange) -> Iterator[Block]:
        """Put it in front of that block."""
        del exchange
        for number, block in enumerate(blocks):
            if number == target:
                yield inserted(b": keep-alive\n\n", block.parts[0].at_us)
            yield block
