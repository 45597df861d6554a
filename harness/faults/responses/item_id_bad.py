"""An item has no id of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.fault import manner
from harness.faults.mutation import Edit
from harness.faults.responses.items import ADDED, item, rename

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ItemIdBad(Edit):
    """The id of an item is empty, or that of the item before it, in all its events."""

    name: ClassVar[str] = "item_id_bad"
    example: ClassVar[str] = "item_id_bad:how=shared"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "empty": ("RESP-ITEM-005", "RESP-ITEM-007"),
        "shared": ("RESP-ITEM-005", "RESP-TERM-001", "RESP-TERM-002", "XLAT-ID-001"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "item with an id, the second where it is shared"

    how: str = manner(breaks_by_how, "What it is.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = string(item(value).get("id")) if value.get("type") == ADDED else ""
        if (
            found
            and (self.how == "empty" or "first" in stream.notes)
            and "old" not in stream.notes
            and stream.here()
        ):
            stream.notes["old"] = found
            stream.notes["new"] = stream.notes["first"] if self.how == "shared" else ""
        if found:
            stream.notes.setdefault("first", found)
        return "old" in stream.notes and rename(value, stream.notes["old"], stream.notes["new"])
