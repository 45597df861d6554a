"""An item is announced twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Addition
from harness.faults.responses.items import ADDED

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ItemAddedRepeated(Addition):
    """An `output_item.added` comes twice."""

    name: ClassVar[str] = "item_added_repeated"
    example: ClassVar[str] = "item_added_repeated"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ITEM-003", "RESP-ITEM-005")
    wanted: ClassVar[str] = "output_item.added"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        return [dict(value)] if value.get("type") == ADDED else []
