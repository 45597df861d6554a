"""A whole completion lacks its frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import entries
from harness.faults.fault import manner
from harness.faults.sync.body import BodyFault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json


@dataclass(frozen=True, kw_only=True)
class SyncChoice(BodyFault):
    """A whole Chat completion has another object, no choices, or a choice without index or finish reason."""

    name: ClassVar[str] = "sync_choice"
    example: ClassVar[str] = "sync_choice:how=finish_null"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "object": ("CHAT-SYNC-001",),
        "choices_empty": ("CHAT-SYNC-001",),
        "index_absent": ("CHAT-SYNC-001",),
        "finish_null": ("CHAT-SYNC-001", "XLAT-FIN-005"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "whole Chat completion"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def change(self, value: Json, exchange: Exchange) -> bool:
        """Change the body; whether it did."""
        del exchange
        found = entries(value.get("choices"))
        if not found or value.get("object") != "chat.completion":
            return False
        if self.how == "object":
            value["object"] = "chat.completion.chunk"
        elif self.how == "choices_empty":
            value["choices"] = []
        elif self.how == "index_absent":
            found[0].pop("index", None)
        else:
            found[0]["finish_reason"] = None
        return True
