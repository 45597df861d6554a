"""A stream says how long it will be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from harness.cassettes.exchange import How, header
from harness.faults.fault import NO_RESPONSE, Fault
from harness.faults.wire import no_events, without

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange


@dataclass(frozen=True, kw_only=True)
class ContentLength(Fault):
    """A stream has a Content-Length, the right one, as gateways send that hold the answer until it is whole."""

    name: ClassVar[str] = "content_length"
    example: ClassVar[str] = "content_length"
    breaks: ClassVar[tuple[str, ...]] = ("HTTP-HDR-001",)

    def obstacle(self, exchange: Exchange) -> str | None:
        """There must be a stream without one."""
        if exchange.response is None:
            return NO_RESPONSE
        if why := no_events(exchange.response):
            return why
        if exchange.ending.how is not How.COMPLETE:
            return "the body breaks off"
        has = header(exchange.response.headers, "content-length") is not None
        return "it has a Content-Length already" if has else None

    def apply(self, exchange: Exchange) -> Exchange:
        """The exchange with one field more."""
        if exchange.response is None or self.obstacle(exchange) is not None:
            return exchange
        length = sum(len(chunk.data) for chunk in exchange.response.chunks)
        headers = (*without(exchange.response.headers, "transfer-encoding"), ("content-length", str(length)))
        return replace(exchange, response=replace(exchange.response, headers=headers))
