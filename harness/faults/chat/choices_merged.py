"""All choices are one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ChoicesMerged(Edit):
    """Every choice has the `index` 0, though several were asked for."""

    name: ClassVar[str] = "choices_merged"
    example: ClassVar[str] = "choices_merged"
    breaks: ClassVar[tuple[str, ...]] = (
        "CHAT-CHOICE-006",
        "CHAT-ROLE-002",
        "CHAT-FIN-001",
        "CHAT-FIN-003",
        "XLAT-N-001",
    )
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "second choice"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [
            choice for choice in choices(value) if type(choice.get("index")) is int and choice["index"] > 0
        ]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["index"] = 0
        return True
