"""A cut response has only whole items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit
from harness.faults.responses.items import whole_items
from harness.faults.responses.unjudged import broken_off

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class IncompleteItemStatus(Edit):
    """The last item of an incomplete response is `completed`, in `output_item.done` and at the end."""

    name: ClassVar[str] = "incomplete_item_status"
    example: ClassVar[str] = "incomplete_item_status"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TERM-006",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "incomplete item"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [one for _, one in whole_items(value) if one.get("status") == "incomplete"]
        if not found or not stream.here():
            return False
        for one in found:
            one["status"] = "completed"
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """A failed response may leave its items in any state."""
        return broken_off(exchange)
