"""The `[DONE]` at the end comes twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.events import KindFault
from harness.faults.wire import is_done

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.wire import Block


@dataclass(frozen=True, kw_only=True)
class DuplicateDone(KindFault):
    """`data: [DONE]` comes twice.

    Gateways that add their own to an upstream that has one do this.
    """

    name: ClassVar[str] = "duplicate_done"
    example: ClassVar[str] = "duplicate_done"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-DONE-001", "SSE-DONE-002")
    wanted: ClassVar[str] = "[DONE]"

    def matches(self, block: bytes) -> bool:
        """Whether it is `[DONE]`."""
        return is_done(block)

    def edit(self, blocks: Iterator[Block], last: int) -> Iterator[Block]:
        """Give the last one twice."""
        for number, block in enumerate(blocks):
            yield block
            if number == last:
                yield block
