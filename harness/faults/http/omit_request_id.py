"""An answer has no number to ask about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from harness.cassettes.exchange import header
from harness.faults.fault import NO_RESPONSE, Fault
from harness.faults.wire import without

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange


@dataclass(frozen=True, kw_only=True)
class OmitRequestId(Fault):
    """The field x-request-id is left out."""

    name: ClassVar[str] = "omit_request_id"
    example: ClassVar[str] = "omit_request_id"
    breaks: ClassVar[tuple[str, ...]] = ("HTTP-HDR-002",)

    def obstacle(self, exchange: Exchange) -> str | None:
        """The answer must have one."""
        if exchange.response is None:
            return NO_RESPONSE
        return (
            None
            if header(exchange.response.headers, "x-request-id") is not None
            else "it has no x-request-id"
        )

    def apply(self, exchange: Exchange) -> Exchange:
        """The exchange without that field."""
        if exchange.response is None or self.obstacle(exchange) is not None:
            return exchange
        headers = without(exchange.response.headers, "x-request-id")
        return replace(exchange, response=replace(exchange.response, headers=headers))
