"""A piece of text is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, text
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class TextLost(Edit):
    """One delta's text is empty; all else stays, so that only who knows the upstream can tell."""

    name: ClassVar[str] = "text_lost"
    example: ClassVar[str] = "text_lost"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-TEXT-001", "CHAT-LOGP-001")
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    wanted: ClassVar[str] = "delta with text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if text(choice)]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["delta"]["content"] = ""
        return True
