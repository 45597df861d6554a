"""The body is said to be compressed, and is not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import NO_RESPONSE, Fault
from harness.faults.wire import no_text, without

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange


@dataclass(frozen=True, kw_only=True)
class ContentEncoding(Fault):
    """The field content-encoding says `gzip`, and the bytes are plain."""

    name: ClassVar[str] = "content_encoding"
    example: ClassVar[str] = "content_encoding"
    breaks: ClassVar[tuple[str, ...]] = ("HTTP-HDR-003", "UP-END-001", "XLAT-ERR-002")

    def obstacle(self, exchange: Exchange) -> str | None:
        """There must be a plain body."""
        if exchange.response is None:
            return NO_RESPONSE
        if why := no_text(exchange.response):
            return why
        return None if any(chunk.data for chunk in exchange.response.chunks) else "the body is empty"

    def apply(self, exchange: Exchange) -> Exchange:
        """The exchange under another label."""
        if exchange.response is None or self.obstacle(exchange) is not None:
            return exchange
        headers = (*without(exchange.response.headers, "content-encoding"), ("content-encoding", "gzip"))
        return replace(exchange, response=replace(exchange.response, headers=headers))
