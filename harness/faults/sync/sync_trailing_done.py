"""A whole answer ends as a stream does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import NO_RESPONSE, Fault
from harness.faults.sync.body import document, with_body
from harness.faults.wire import no_text

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange


@dataclass(frozen=True, kw_only=True)
class SyncTrailingDone(Fault):
    """`data: [DONE]` follows the JSON of a whole answer."""

    name: ClassVar[str] = "sync_trailing_done"
    example: ClassVar[str] = "sync_trailing_done"
    breaks: ClassVar[tuple[str, ...]] = ("HTTP-CT-002",)

    def obstacle(self, exchange: Exchange) -> str | None:
        """There must be a whole answer."""
        if exchange.response is None:
            return NO_RESPONSE
        if why := no_text(exchange.response):
            return why
        if exchange.response.status >= 400:
            return f"the status is {exchange.response.status}"
        return None if document(exchange) else "the answer is no JSON object"

    def apply(self, exchange: Exchange) -> Exchange:
        """The exchange with a longer body."""
        if exchange.response is None or self.obstacle(exchange) is not None:
            return exchange
        body = b"".join(chunk.data for chunk in exchange.response.chunks)
        return with_body(exchange, body.rstrip() + b"\ndata: [DONE]\n\n")
