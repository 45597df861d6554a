"""The blank line that ends the last event is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.events import KindFault
from harness.faults.wire import left

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Exchange
    from harness.faults.wire import Block

_ENDS = (b"\r\n\r\n", b"\n\n", b"\r\r")


@dataclass(frozen=True, kw_only=True)
class OmitLastBlankLine(KindFault):
    """The last event is not ended by a blank line.

    Its last line keeps its line end, and blank lines that come after the event go too. By WHATWG's rules a
    client must not deliver such an event, and all three big SDKs lose it.
    """

    name: ClassVar[str] = "omit_last_blank_line"
    example: ClassVar[str] = "omit_last_blank_line"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-FRAME-001",)
    wanted: ClassVar[str] = "event that ends with a blank line"

    def matches(self, block: bytes) -> bool:
        """Whether it is an event, and ends as it should."""
        return bool(block.strip(b"\r\n")) and block.endswith(_ENDS)

    def edit(self, blocks: Iterator[Block], last: int) -> Iterator[Block]:
        """Shorten the last one, and end there unless something but blank lines follows."""
        for number, block in enumerate(blocks):
            data = block.data
            if number == last:
                end = next(end for end in _ENDS if data.endswith(end))
                yield block.resized(data[: len(data) - len(end) // 2])
            elif number < last or data.strip(b"\r\n"):
                yield block

    def equivalent(self, exchange: Exchange) -> str | None:
        """A client that left may have missed the line."""
        return left(exchange)
