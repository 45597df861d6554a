"""The usage of a whole answer is missing or wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import entries, table
from harness.faults.fault import manner
from harness.faults.sync.body import BodyFault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json


@dataclass(frozen=True, kw_only=True)
class SyncUsage(BodyFault):
    """A whole Chat completion has no usage, or one that is empty or negative."""

    name: ClassVar[str] = "sync_usage"
    example: ClassVar[str] = "sync_usage:how=sum"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "absent": ("CHAT-SYNC-004",),
        "empty": ("CHAT-SYNC-004", "CHAT-USE-006"),
        "negative": ("CHAT-SYNC-004", "CHAT-USE-006"),
        "sum": ("CHAT-SYNC-004", "CHAT-USE-007"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "usage of a whole Chat completion"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def change(self, value: Json, exchange: Exchange) -> bool:
        """Change the body; whether it did."""
        del exchange
        counts = table(value.get("usage"))
        if "completion_tokens" not in counts or not entries(value.get("choices")):
            return False
        if self.how == "absent":
            del value["usage"]
        elif self.how == "empty":
            value["usage"] = {}
        elif self.how == "negative":
            counts["completion_tokens"] = -1
        else:
            counts["total_tokens"] = 1_000_000
        return True
