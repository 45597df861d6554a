"""An item that is done goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit
from harness.faults.responses.items import whole_items

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class DoneStatus(Edit):
    """The `status` of a finished item is `in_progress`, in `output_item.done` and at the end."""

    name: ClassVar[str] = "done_status"
    example: ClassVar[str] = "done_status"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ITEM-011",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "finished item with a status"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [one for _, one in whole_items(value) if one.get("status") == "completed"]
        if not found or not stream.here():
            return False
        for one in found:
            one["status"] = "in_progress"
        return True
