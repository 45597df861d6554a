"""Choices are counted from one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ChoiceIndexFromOne(Edit):
    """The `index` of every choice is one too high.

    It is also as high as the number of choices asked for, and so out of range.
    """

    name: ClassVar[str] = "choice_index_from_one"
    example: ClassVar[str] = "choice_index_from_one"
    breaks: ClassVar[tuple[str, ...]] = (
        "CHAT-CHOICE-004",
        "CHAT-CHOICE-005",
        "CHAT-CHOICE-006",
        "XLAT-N-001",
    )
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "chunk with a choice"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if type(choice.get("index")) is int]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["index"] += 1
        return True
