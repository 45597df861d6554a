"""The stream stops for a while."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.borders import BorderFault
from harness.faults.fault import Need, parameter, seconds
from harness.faults.wire import left

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.cassettes.exchange import Chunk, Exchange

_PATIENCE_S = 60.0
"""How long a stream may be silent before the checker minds; what comes before is waited for."""


@dataclass(frozen=True, kw_only=True)
class Stall(BorderFault):
    """The stream stops in the middle of the body and goes on later.

    Everything after the place comes so many seconds later than the pace says, the ending too. No byte
    changes; a piece that the place lies in is cut there. Chunks and events are counted as they were recorded,
    whatever the pace makes of them.
    """

    name: ClassVar[str] = "stall"
    example: ClassVar[str] = "stall:event=3,seconds=90"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-IDLE-001", "HTTP-CLOSE-001")
    needs: ClassVar[tuple[Need, ...]] = ("times",)

    seconds: float = parameter(30.0, "seconds", "For how long.", seconds)

    @property
    def _pause_us(self) -> int:
        return round(self.seconds * 1_000_000)

    def delay(self, schedule: Iterable[Chunk], exchange: Exchange) -> Iterator[Chunk]:
        """Shift what lies behind the place."""
        offset = self.offset(exchange)
        if offset is None:
            yield from schedule
            return
        position = 0
        for chunk in schedule:
            late = chunk._replace(at_us=chunk.at_us + self._pause_us)
            inside = offset - position
            position += len(chunk.data)
            if inside > 0 and inside >= len(chunk.data):
                yield chunk
            elif inside <= 0:
                yield late
            else:
                yield chunk._replace(data=chunk.data[:inside])
                yield late._replace(data=chunk.data[inside:])

    def delay_ending(self, due_us: int) -> int:
        """The ending lies behind every place."""
        return due_us + self._pause_us

    def equivalent(self, exchange: Exchange) -> str | None:
        """A pause is no fault before clients give up."""
        return "clients wait for longer than that" if self.seconds < _PATIENCE_S else left(exchange)
