"""Bytes come that mean nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.events import EventFault
from harness.faults.fault import parameter, whole
from harness.faults.wire import inserted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Exchange
    from harness.faults.wire import Block


@dataclass(frozen=True, kw_only=True)
class Garbage(EventFault):
    """A line of bytes that mean nothing, and are no UTF-8, comes in front of an event.

    The seed makes the bytes. They are a block and a chunk of their own; all recorded bytes stay.
    """

    name: ClassVar[str] = "garbage"
    example: ClassVar[str] = "garbage:event=3,size=100"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-FIELD-001", "SSE-UTF8-001")

    size: int = parameter(32, "bytes", "How many bytes, without the blank line.", whole(1, 1_000_000))

    def edit(self, blocks: Iterator[Block], target: int, exchange: Exchange) -> Iterator[Block]:
        """Put it in front of that block."""
        for number, block in enumerate(blocks):
            if number == target:
                yield inserted(self._bytes(exchange.index) + b"\n\n", block.parts[0].at_us)
            yield block

    def _bytes(self, index: int) -> bytes:
        # Only bytes that begin a character of two bytes: never a line end, a colon, or valid UTF-8.
        noise = hashlib.shake_256(f"{self.seed}/{self.name}/{index}".encode()).digest(self.size)
        return bytes(0xC2 + byte % 0x1E for byte in noise)
