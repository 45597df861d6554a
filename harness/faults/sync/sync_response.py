"""A whole response lacks its frame."""

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
class SyncResponse(BodyFault):
    """A whole response has a null status, no output, another object or no usage."""

    name: ClassVar[str] = "sync_response"
    example: ClassVar[str] = "sync_response:how=item_id"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "status_null": (
            "RESP-SYNC-001",
            "RESP-OBJ-001",
        ),
        "status_in_progress": ("RESP-SYNC-001",),
        "output_null": (
            "RESP-SYNC-001",
            "RESP-TERM-003",
            "XLAT-TEXT-001",
        ),
        "object": (
            "RESP-SYNC-001",
            "RESP-OBJ-001",
        ),
        "usage_null": (
            "RESP-SYNC-001",
            "RESP-TERM-004",
            "XLAT-USE-006",
        ),
        "item_id": (
            "RESP-SYNC-001",
            "RESP-ITEM-005",
        ),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "whole response"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def change(self, value: Json, exchange: Exchange) -> bool:
        """Change the body; whether it did."""
        del exchange
        if value.get("object") != "response" or not isinstance(value.get("output"), list):
            return False
        if self.how == "object":
            value["object"] = "list"
        elif self.how == "item_id":
            for one in entries(value["output"]):
                one["id"] = ""
        else:
            field, _, state = self.how.partition("_")
            value[field] = None if state == "null" else state
        return True
