"""The message of a whole completion is malformed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import entries, string, table
from harness.faults.fault import manner
from harness.faults.sync.body import BodyFault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json


@dataclass(frozen=True, kw_only=True)
class SyncMessage(BodyFault):
    """The message of a whole Chat completion has another role, a list for content, or no refusal."""

    name: ClassVar[str] = "sync_message"
    example: ClassVar[str] = "sync_message:how=refusal"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "role": ("CHAT-SYNC-002",),
        "content": ("CHAT-SYNC-002",),
        "refusal": ("CHAT-SYNC-002",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "message of a whole Chat completion"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def change(self, value: Json, exchange: Exchange) -> bool:
        """Change the body; whether it did."""
        del exchange
        messages = [table(choice.get("message")) for choice in entries(value.get("choices"))]
        if not messages or not messages[0]:
            return False
        if self.how == "role":
            messages[0]["role"] = "user"
        elif self.how == "content":
            messages[0]["content"] = [{"type": "text", "text": string(messages[0].get("content"))}]
        else:
            messages[0].pop("refusal", None)
        return True
