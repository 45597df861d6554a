"""The bytes trickle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import NO_RESPONSE, Fault, Need, parameter, whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.cassettes.exchange import Chunk, Exchange

_PIECES_PER_SECOND = 10
_SECOND_US = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Slow(Fault):
    """The body comes over a line that carries only so many bytes a second.

    Nothing comes sooner than the pace says. A chunk that would take longer than a tenth of a second comes in
    pieces, as it would on such a line. No byte changes.
    """

    name: ClassVar[str] = "slow"
    example: ClassVar[str] = "slow:2000"
    needs: ClassVar[tuple[Need, ...]] = ("times",)
    positional: ClassVar[str | None] = "rate"

    rate: int = parameter(1000, "bytes per second", "How many bytes a second.", whole(1))

    def obstacle(self, exchange: Exchange) -> str | None:
        """There must be a body to slow down."""
        return NO_RESPONSE if exchange.response is None else None

    def delay(self, schedule: Iterable[Chunk], exchange: Exchange) -> Iterator[Chunk]:
        """Say when the line has carried each piece."""
        del exchange
        size = max(1, self.rate // _PIECES_PER_SECOND)
        free_at = 0
        carried = 0
        for chunk in schedule:
            # The line has been idle, so counting starts anew: sums of rounded times would drift.
            if chunk.at_us > free_at + carried * _SECOND_US // self.rate:
                free_at, carried = chunk.at_us, 0
            if not chunk.data:
                yield chunk._replace(at_us=free_at + carried * _SECOND_US // self.rate)
            for start in range(0, len(chunk.data), size):
                piece = chunk.data[start : start + size]
                carried += len(piece)
                yield chunk._replace(at_us=free_at + carried * _SECOND_US // self.rate, data=piece)
