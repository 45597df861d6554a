"""The answer has no body."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from harness.cassettes.exchange import Ending, How
from harness.faults.fault import NO_RESPONSE, Fault
from harness.faults.wire import without

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange


@dataclass(frozen=True, kw_only=True)
class Empty(Fault):
    """The body is empty, and ends properly.

    The head is as recorded, but for the fields content-length and content-encoding, which would be untrue.
    """

    name: ClassVar[str] = "empty"
    example: ClassVar[str] = "empty"
    breaks: ClassVar[tuple[str, ...]] = (
        "HTTP-STATUS-002",
        "SSE-DONE-001",
        "HTTP-CT-002",
        "HTTP-ERR-002",
        "UP-END-001",
        "XLAT-ERR-002",
    )

    def obstacle(self, exchange: Exchange) -> str | None:
        """There must be a body to leave out."""
        if exchange.response is None:
            return NO_RESPONSE
        return None if any(chunk.data for chunk in exchange.response.chunks) else "the body is empty already"

    def apply(self, exchange: Exchange) -> Exchange:
        """The head alone."""
        if exchange.response is None or self.obstacle(exchange):
            return exchange
        headers = without(exchange.response.headers, "content-length", "content-encoding")
        response = replace(exchange.response, chunks=(), headers=headers, trailers=())
        return replace(exchange, response=response, ending=Ending(How.COMPLETE))
