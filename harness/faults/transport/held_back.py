"""Everything comes at once, at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import NO_RESPONSE, Fault
from harness.faults.wire import last_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.cassettes.exchange import Chunk, Exchange
    from harness.faults.fault import Need


@dataclass(frozen=True, kw_only=True)
class HeldBack(Fault):
    """The whole body comes when its last piece does.

    Gateways and proxies that buffer do this. No byte changes; the head comes when it came.
    """

    name: ClassVar[str] = "held_back"
    example: ClassVar[str] = "held_back"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-STREAM-004",)
    needs: ClassVar[tuple[Need, ...]] = ("times",)

    def obstacle(self, exchange: Exchange) -> str | None:
        """There must be a body that came over some time."""
        if exchange.response is None:
            return NO_RESPONSE
        first = next((chunk.at_us for chunk in exchange.response.chunks), 0)
        return None if first < last_at(exchange.response.chunks) else "the body came at once as it is"

    def equivalent(self, exchange: Exchange) -> str | None:
        """Who has only the answer does not know when it could have come."""
        first = (
            next((chunk.at_us for chunk in exchange.response.chunks), 0)
            if exchange.response is not None
            else 0
        )
        took = last_at(exchange.response.chunks) - first if exchange.response is not None else 0
        return "the text took less time than anybody notices" if took < _NOTICED_US else None

    def delay(self, schedule: Iterable[Chunk], exchange: Exchange) -> Iterator[Chunk]:
        """Hold every piece until the last one is due."""
        due_us = last_at(exchange.response.chunks) if exchange.response is not None else 0
        for chunk in schedule:
            yield chunk._replace(at_us=max(chunk.at_us, due_us))


_NOTICED_US = 500_000
