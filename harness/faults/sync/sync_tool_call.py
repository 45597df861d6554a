"""A call in a whole completion is malformed."""

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
class SyncToolCall(BodyFault):
    """A tool call of a whole Chat completion has parsed arguments, no id, no type, or an index."""

    name: ClassVar[str] = "sync_tool_call"
    example: ClassVar[str] = "sync_tool_call:how=index"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "arguments": ("CHAT-SYNC-003",),
        "id": ("CHAT-SYNC-003",),
        "type": ("CHAT-SYNC-003",),
        "name": ("CHAT-SYNC-003",),
        "index": ("CHAT-SYNC-005",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "tool call of a whole Chat completion"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def change(self, value: Json, exchange: Exchange) -> bool:
        """Change the body; whether it did."""
        del exchange
        messages = [table(choice.get("message")) for choice in entries(value.get("choices"))]
        found = [call for message in messages for call in entries(message.get("tool_calls"))]
        if not found:
            return False
        call = found[0]
        if self.how == "arguments":
            table(call.get("function"))["arguments"] = {}
        elif self.how == "index":
            call["index"] = 0
        else:
            (table(call.get("function")) if self.how == "name" else call).pop(self.how, None)
        return True
