"""An item never ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Omission
from harness.faults.responses.items import DONE, ends_with

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ItemDoneMissing(Omission):
    """An `output_item.done` is left out."""

    name: ClassVar[str] = "item_done_missing"
    example: ClassVar[str] = "item_done_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ITEM-012", "RESP-PART-006")
    wanted: ClassVar[str] = "output_item.done"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == DONE

    def equivalent(self, exchange: Exchange) -> str | None:
        """Items may stay open where a response is cut or fails."""
        return None if ends_with(exchange, "response.completed") else "the response is not completed"
