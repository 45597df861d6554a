"""An item ends with more parts than it had."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit
from harness.faults.responses.items import whole_items
from harness.faults.responses.unjudged import broken_off

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ItemContentCount(Edit):
    """A finished message has one part more than came, in `output_item.done` and at the end."""

    name: ClassVar[str] = "item_content_count"
    example: ClassVar[str] = "item_content_count"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-PART-008",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "finished message"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [
            one
            for _, one in whole_items(value)
            if one.get("type") == "message" and isinstance(one.get("content"), list)
        ]
        if not found or not stream.here():
            return False
        for one in found:
            one["content"].append({"type": "output_text", "text": "", "annotations": [], "logprobs": []})
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """A failed response never says what was in the item."""
        return broken_off(exchange)
