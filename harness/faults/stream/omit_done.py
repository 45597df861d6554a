"""The `[DONE]` at the end is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import fails
from harness.faults.events import KindFault
from harness.faults.wire import is_done

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Exchange
    from harness.faults.wire import Block


@dataclass(frozen=True, kw_only=True)
class OmitDone(KindFault):
    """`data: [DONE]` is left out.

    The body ends properly all the same.
    """

    name: ClassVar[str] = "omit_done"
    example: ClassVar[str] = "omit_done"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-DONE-001", "SSE-DONE-004")
    wanted: ClassVar[str] = "[DONE]"

    def matches(self, block: bytes) -> bool:
        """Whether it is `[DONE]`."""
        return is_done(block)

    def edit(self, blocks: Iterator[Block], last: int) -> Iterator[Block]:
        """Leave every one out."""
        del last
        return (block for block in blocks if not is_done(block.data))

    def equivalent(self, exchange: Exchange) -> str | None:
        """After an error it need not come."""
        return "after an error [DONE] may be left out" if fails(exchange) else None
