"""An item becomes one of another type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.mutation import Edit
from harness.faults.responses.items import DONE, item, whole_items

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ItemTypeChanges(Edit):
    """A reasoning item ends as compaction, any other as reasoning, in `output_item.done` and at the end."""

    name: ClassVar[str] = "item_type_changes"
    example: ClassVar[str] = "item_type_changes"
    breaks: ClassVar[tuple[str, ...]] = (
        "RESP-ITEM-008",
        "RESP-PART-004",
        "RESP-PART-008",
        "RESP-TEXT-002",
        "RESP-FC-001",
        "RESP-FC-005",
        "RESP-TERM-002",
        "RESP-RSN-003",
        "RESP-ENV-004",
        "XLAT-TOOL-001",
    )
    wanted: ClassVar[str] = "finished item"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("type") == DONE and string(item(value).get("id")) and stream.here():
            stream.notes["id"] = item(value)["id"]
        edited = False
        for _, one in whole_items(value):
            if "id" in stream.notes and one.get("id") == stream.notes["id"]:
                thought = one.get("type") == "reasoning"
                new = (
                    {"type": "compaction", "encrypted_content": "x"}
                    if thought
                    else {"type": "reasoning", "summary": []}
                )
                one.clear()
                one.update(new, id=stream.notes["id"])
                edited = True
        return edited
