"""A refusal is not the sum of its deltas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import manner
from harness.faults.mutation import Edit
from harness.faults.responses.items import PART_DONE, part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class RefusalDiffers(Edit):
    """`refusal.done` has another text than its deltas, or the part another than both."""

    name: ClassVar[str] = "refusal_differs"
    example: ClassVar[str] = "refusal_differs:how=part"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "done": ("RESP-REF-001",),
        "part": ("RESP-REF-001",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "whole refusal there"

    how: str = manner(breaks_by_how, "Where it differs.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        holder = value if self.how == "done" else part(value)
        kind = "response.refusal.done" if self.how == "done" else PART_DONE
        if value.get("type") != kind or not isinstance(holder.get("refusal"), str) or not stream.here():
            return False
        holder["refusal"] += "!"
        return True
