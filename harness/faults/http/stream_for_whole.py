"""A whole answer was asked for, and a stream comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.dialect import dialect_of
from harness.faults.event import encode
from harness.faults.fault import NO_RESPONSE, Fault
from harness.faults.mutation import request_of
from harness.faults.sync.body import document, with_body
from harness.faults.wire import no_text

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.fault import Need


@dataclass(frozen=True, kw_only=True)
class StreamForWhole(Fault):
    """A whole JSON answer comes as a stream of one event, under the media type of streams."""

    name: ClassVar[str] = "stream_for_whole"
    example: ClassVar[str] = "stream_for_whole"
    breaks: ClassVar[tuple[str, ...]] = (
        "HTTP-MODE-001",
        "HTTP-CT-002",
        "RESP-ENV-001",
        "RESP-ENV-002",
        "RESP-LIFE-005",
        "CHAT-OBJ-001",
        "CHAT-ROLE-001",
        "CHAT-DELTA-001",
        "CHAT-FIN-006",
        "UP-END-001",
    )
    needs: ClassVar[tuple[Need, ...]] = ("request",)

    def obstacle(self, exchange: Exchange) -> str | None:
        """There must be a whole answer without an error."""
        if exchange.response is None:
            return NO_RESPONSE
        if why := no_text(exchange.response):
            return why
        if exchange.response.status >= 400:
            return f"the status is {exchange.response.status}"
        if request_of(exchange).get("stream") is True:
            return "the request asks for a stream"
        return None if document(exchange) else "the answer is no JSON object"

    def apply(self, exchange: Exchange) -> Exchange:
        """The exchange with its body as an event."""
        if self.obstacle(exchange) is not None:
            return exchange
        end = b"data: [DONE]\n\n" if dialect_of(exchange.request.url) == "chat" else b""
        body = b"data: " + encode(document(exchange)) + b"\n\n" + end
        return with_body(exchange, body, content_type="text/event-stream")
