"""The body ends long after its last event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.dialect import dialect_of
from harness.faults.fault import NO_RESPONSE, Fault, parameter, seconds
from harness.faults.wire import left

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.fault import Need


@dataclass(frozen=True, kw_only=True)
class LateClose(Fault):
    """The connection stays open after the last byte of the body.

    Clients that wait for the end, and not for the last event, hang. No byte changes.
    """

    name: ClassVar[str] = "late_close"
    example: ClassVar[str] = "late_close:seconds=10"
    breaks: ClassVar[tuple[str, ...]] = ("HTTP-CLOSE-001",)
    needs: ClassVar[tuple[Need, ...]] = ("times",)

    seconds: float = parameter(30.0, "seconds", "For how long.", seconds)

    def obstacle(self, exchange: Exchange) -> str | None:
        """There must be a body."""
        return NO_RESPONSE if exchange.response is None else None

    def delay_ending(self, due_us: int) -> int:
        """When the body ends at last."""
        return due_us + round(self.seconds * 1_000_000)

    def equivalent(self, exchange: Exchange) -> str | None:
        """Without an event that ends the stream, its end cannot be late."""
        if dialect_of(exchange.request.url) == "gemini":
            return "Gemini has no event that ends a stream"
        return left(exchange)
