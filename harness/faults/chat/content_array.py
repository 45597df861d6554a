"""Text comes as a list of parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, text
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ContentArray(Edit):
    """The `content` of a delta is a list of parts instead of a string, as requests may have it."""

    name: ClassVar[str] = "content_array"
    example: ClassVar[str] = "content_array"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-CONT-001", "XLAT-TEXT-001")
    wanted: ClassVar[str] = "delta with text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if text(choice)]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["delta"]["content"] = [{"type": "text", "text": text(choice)}]
        return True
