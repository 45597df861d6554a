"""A choice has no delta."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices
from harness.faults.fault import manner
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class DeltaMissing(Edit):
    """A choice's empty `delta`, that of its last chunk as a rule, is null or absent."""

    name: ClassVar[str] = "delta_missing"
    example: ClassVar[str] = "delta_missing:how=absent"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "null": ("CHAT-DELTA-001",),
        "absent": ("CHAT-DELTA-001",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "chunk with an empty delta"

    how: str = manner(breaks_by_how, "What it is.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if choice.get("delta") == {}]
        if not found or not stream.here():
            return False
        for choice in found:
            if self.how == "null":
                choice["delta"] = None
            else:
                del choice["delta"]
        return True
