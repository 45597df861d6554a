"""A refusal is no string."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, delta
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class RefusalType(Edit):
    """The `refusal` of a delta is true instead of a string."""

    name: ClassVar[str] = "refusal_type"
    example: ClassVar[str] = "refusal_type"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-REF-001",)
    wanted: ClassVar[str] = "delta"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [delta(choice) for choice in choices(value) if delta(choice)]
        if not found or not stream.here():
            return False
        for one in found:
            one["refusal"] = True
        return True
