"""A client is not told when to try again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from harness.cassettes.exchange import header
from harness.faults.event import encode, string, table
from harness.faults.fault import NO_RESPONSE, Fault
from harness.faults.sync.body import document, with_body
from harness.faults.wire import without

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange


@dataclass(frozen=True, kw_only=True)
class OmitRetryAfter(Fault):
    """An answer with status 429 has no Retry-After, and its message names no time."""

    name: ClassVar[str] = "omit_retry_after"
    example: ClassVar[str] = "omit_retry_after"
    breaks: ClassVar[tuple[str, ...]] = ("HTTP-ERR-005", "XLAT-ERR-005")

    def obstacle(self, exchange: Exchange) -> str | None:
        """There must be such an answer."""
        if exchange.response is None:
            return NO_RESPONSE
        if exchange.response.status != 429:
            return f"the status is {exchange.response.status}"
        return (
            None if header(exchange.response.headers, "retry-after") is not None else "it has no Retry-After"
        )

    def apply(self, exchange: Exchange) -> Exchange:
        """The exchange without that field, and with another message."""
        if exchange.response is None or self.obstacle(exchange) is not None:
            return exchange
        headers = without(exchange.response.headers, "retry-after")
        value = document(exchange)
        exchange = replace(exchange, response=replace(exchange.response, headers=headers))
        if not string(table(value.get("error")).get("message")):
            return exchange
        value["error"]["message"] = "Too many requests."
        return with_body(exchange, encode(value))
