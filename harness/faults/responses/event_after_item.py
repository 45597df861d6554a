"""An item goes on after its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Addition
from harness.faults.responses.items import DONE, scoped

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class EventAfterItem(Addition):
    """The last event inside an item comes again after its `output_item.done`."""

    name: ClassVar[str] = "event_after_item"
    example: ClassVar[str] = "event_after_item"
    breaks: ClassVar[tuple[str, ...]] = (
        "RESP-ITEM-014",
        "RESP-PART-005",
        "RESP-FC-002",
        "RESP-TEXT-003",
        "RESP-RSN-003",
        "RESP-RSN-007",
    )
    wanted: ClassVar[str] = "output_item.done after an event inside the item"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        if scoped(value):
            stream.notes["last"] = value
        last = stream.notes.get("last", {})
        fits = value.get("type") == DONE and last.get("output_index") == value.get("output_index")
        return [dict(last)] if fits else []
