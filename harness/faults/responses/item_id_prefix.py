"""The id of an item does not tell its type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.mutation import Edit
from harness.faults.responses.items import ADDED, item, rename

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream

_PREFIXED = ("message", "function_call", "reasoning")


@dataclass(frozen=True, kw_only=True)
class ItemIdPrefix(Edit):
    """The id of an item has no prefix such as `msg_`, in all its events."""

    name: ClassVar[str] = "item_id_prefix"
    example: ClassVar[str] = "item_id_prefix"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ITEM-020",)
    wanted: ClassVar[str] = "item with a prefixed id"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = string(item(value, *_PREFIXED).get("id")) if value.get("type") == ADDED else ""
        if "_" in found and "old" not in stream.notes and stream.here():
            stream.notes["old"] = found
        return "old" in stream.notes and rename(
            value, stream.notes["old"], stream.notes["old"].replace("_", "-")
        )
