"""An item is done when it begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import manner
from harness.faults.mutation import Edit
from harness.faults.responses.items import ADDED, item
from harness.faults.responses.unjudged import broken_off

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream

_KINDS = {
    "completed": ("message", "function_call", "custom_tool_call"),
    "absent": ("message", "function_call"),
}
"""The items that have a status; in the SDKs' types, that of a custom tool call may be left out."""


@dataclass(frozen=True, kw_only=True)
class AddedStatus(Edit):
    """The `status` of an added message or call is `completed`, or absent."""

    name: ClassVar[str] = "added_status"
    example: ClassVar[str] = "added_status:how=absent"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "completed": ("RESP-ITEM-010",),
        "absent": ("RESP-ITEM-010", "RESP-ENV-004"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "added message or call in progress"

    how: str = manner(breaks_by_how, "What it is.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        one = item(value, *_KINDS[self.how]) if value.get("type") == ADDED else {}
        if one.get("status") != "in_progress" or not stream.here():
            return False
        if self.how == "absent":
            del one["status"]
        else:
            one["status"] = "completed"
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """A failed response never says whether the item was whole."""
        if self.how == "completed":
            return broken_off(exchange)
        return None
