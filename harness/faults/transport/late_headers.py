"""The response's head comes late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import NO_RESPONSE, Fault, Need, parameter, seconds

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange


@dataclass(frozen=True, kw_only=True)
class LateHeaders(Fault):
    """The response's head comes later than it should, and all that follows with it.

    The delay is added to what the pace makes of the recorded time. No byte changes.
    """

    name: ClassVar[str] = "late_headers"
    example: ClassVar[str] = "late_headers:2.5"
    needs: ClassVar[tuple[Need, ...]] = ("times",)
    positional: ClassVar[str | None] = "seconds"

    seconds: float = parameter(10.0, "seconds", "How much later.", seconds)

    def obstacle(self, exchange: Exchange) -> str | None:
        """There must be a head."""
        return NO_RESPONSE if exchange.response is None else None

    def delay_head(self, due_us: int) -> int:
        """So much later."""
        return due_us + round(self.seconds * 1_000_000)
