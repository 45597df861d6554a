"""The body begins with a byte order mark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import NO_RESPONSE, Fault
from harness.faults.wire import BOM, changed, no_events

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.cassettes.exchange import Chunk, Exchange


@dataclass(frozen=True, kw_only=True)
class Bom(Fault):
    """A byte order mark (EF BB BF) comes first, in the first chunk.

    Legal: WHATWG's parser skips it. openai-python loses the first event all the same.
    """

    name: ClassVar[str] = "bom"
    example: ClassVar[str] = "bom"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-BOM-001",)

    def obstacle(self, exchange: Exchange) -> str | None:
        """There must be an event stream, without a mark so far."""
        if exchange.response is None:
            return NO_RESPONSE
        if why := no_events(exchange.response):
            return why
        start = b""
        for chunk in exchange.response.chunks:
            start += chunk.data[:3]
            if len(start) >= 3:
                break
        if not start:
            return "the body is empty"
        return "the body has a byte order mark already" if start.startswith(BOM) else None

    def apply(self, exchange: Exchange) -> Exchange:
        """The exchange with a mark."""
        return exchange if self.obstacle(exchange) else changed(exchange, _marked)


def _marked(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    waiting = True
    for chunk in chunks:
        if waiting and chunk.data:
            waiting = False
            yield chunk._replace(data=BOM + chunk.data)
        else:
            yield chunk
