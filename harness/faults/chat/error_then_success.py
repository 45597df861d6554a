"""The stream goes on after an error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, reasons, text
from harness.faults.dialect import error_body
from harness.faults.mutation import Addition

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ErrorThenSuccess(Addition):
    """An error comes between two chunks, and then the answer goes on and finishes as if nothing had been."""

    name: ClassVar[str] = "error_then_success"
    example: ClassVar[str] = "error_then_success"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-ERR-001", "CHAT-ERR-003", "XLAT-FIN-001")
    wanted: ClassVar[str] = "delta with text"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        spoken = any(text(choice) for choice in choices(value))
        return [error_body("chat", 500, "The server had an error while it answered.")] if spoken else []

    def equivalent(self, exchange: Exchange) -> str | None:
        """An answer that ends by a filter or for want of tokens may do so by an error as well."""
        if reasons(exchange) <= {"length", "content_filter"}:
            return "the answer does not end as a success"
        return None
