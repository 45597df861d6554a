"""A summary is not the sum of its deltas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import entries, string, table
from harness.faults.fault import manner
from harness.faults.mutation import Edit
from harness.faults.responses.items import DONE, item

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class SummaryDiffers(Edit):
    """The text of a summary is another one when it is done, when its part is done, or in its item."""

    name: ClassVar[str] = "summary_differs"
    example: ClassVar[str] = "summary_differs:how=item"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "text": ("RESP-RSN-003",),
        "part": ("RESP-RSN-003",),
        "item": ("RESP-RSN-003", "RESP-TERM-002"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "whole summary there"

    how: str = manner(breaks_by_how, "Where it differs.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        kind = string(value.get("type"))
        holder: Json = {}
        if self.how == "text" and kind == "response.reasoning_summary_text.done":
            holder = value
        elif self.how == "part" and kind == "response.reasoning_summary_part.done":
            holder = table(value.get("part"))
        elif self.how == "item" and kind == DONE:
            holder = next(iter(entries(item(value, "reasoning").get("summary"))), {})
        if not isinstance(holder.get("text"), str) or not stream.here():
            return False
        holder["text"] += "!"
        return True
