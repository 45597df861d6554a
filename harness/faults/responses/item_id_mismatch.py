"""Events name an item that was never announced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.mutation import Edit
from harness.faults.responses.items import scoped

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ItemIdMismatch(Edit):
    """The `item_id` of every event inside an item is not the id under which it was added.

    GitHub Copilot sends a new one with every event.
    """

    name: ClassVar[str] = "item_id_mismatch"
    example: ClassVar[str] = "item_id_mismatch"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ITEM-007",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "event with an item_id"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not scoped(value) or not string(value.get("item_id")) or not stream.here():
            return False
        value["item_id"] += f"x{stream.places}"
        return True
