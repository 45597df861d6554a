"""An item becomes another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.fault import manner
from harness.faults.mutation import Edit
from harness.faults.responses.items import DONE, item, output
from harness.faults.responses.unjudged import resumed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ItemIdChanges(Edit):
    """The id of an item is another one in `output_item.done`, or in the final output."""

    name: ClassVar[str] = "item_id_changes"
    example: ClassVar[str] = "item_id_changes:how=final"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "done": ("RESP-ITEM-006", "RESP-TERM-002", "XLAT-ID-001"),
        "final": ("RESP-ITEM-006", "RESP-TERM-001", "RESP-TERM-002"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "finished item with an id"

    how: str = manner(breaks_by_how, "Where it changes.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [item(value)] if self.how == "done" and value.get("type") == DONE else []
        found = output(value) if self.how == "final" else found
        for one in found:
            if string(one.get("id")) and stream.here():
                one["id"] += "x"
                return True
        return False

    def equivalent(self, exchange: Exchange) -> str | None:
        """The final output of a resumed stream holds items from before."""
        return resumed(exchange) if self.how == "final" else None
