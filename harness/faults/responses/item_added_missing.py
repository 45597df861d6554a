"""An item is never announced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Omission
from harness.faults.responses.items import ADDED
from harness.faults.responses.unjudged import resumed

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ItemAddedMissing(Omission):
    """An `output_item.added` is left out.

    Clients that need an active item drop all that follows.
    """

    name: ClassVar[str] = "item_added_missing"
    example: ClassVar[str] = "item_added_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ITEM-001", "RESP-ITEM-013", "RESP-ITEM-004")
    wanted: ClassVar[str] = "output_item.added"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == ADDED

    def equivalent(self, exchange: Exchange) -> str | None:
        """The item may have been added before a resumed stream."""
        return resumed(exchange)
