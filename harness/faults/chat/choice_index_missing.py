"""A choice has no number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, finish
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ChoiceIndexMissing(Edit):
    """No choice of a chunk has an `index`."""

    name: ClassVar[str] = "choice_index_missing"
    example: ClassVar[str] = "choice_index_missing"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-CHOICE-003", "XLAT-TEXT-001")
    wanted: ClassVar[str] = "chunk with a choice"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if "index" in choice and not finish(choice)]
        if not found or not stream.here():
            return False
        for choice in found:
            del choice["index"]
        return True
