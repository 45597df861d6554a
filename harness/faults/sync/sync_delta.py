"""A whole completion has a delta."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import entries, table
from harness.faults.sync.body import BodyFault

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json


@dataclass(frozen=True, kw_only=True)
class SyncDelta(BodyFault):
    """A choice of a whole Chat completion has a `delta` beside its message."""

    name: ClassVar[str] = "sync_delta"
    example: ClassVar[str] = "sync_delta"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-SYNC-005",)
    wanted: ClassVar[str] = "whole Chat completion"

    def change(self, value: Json, exchange: Exchange) -> bool:
        """Change the body; whether it did."""
        del exchange
        found = [choice for choice in entries(value.get("choices")) if table(choice.get("message"))]
        if not found:
            return False
        found[0]["delta"] = {}
        return True
