"""An item ends twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Addition
from harness.faults.responses.items import DONE

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ItemDoneRepeated(Addition):
    """An `output_item.done` comes twice."""

    name: ClassVar[str] = "item_done_repeated"
    example: ClassVar[str] = "item_done_repeated"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ITEM-013", "RESP-ITEM-014")
    wanted: ClassVar[str] = "output_item.done"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        return [dict(value)] if value.get("type") == DONE else []
