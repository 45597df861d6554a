"""A choice never says why it ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, finish
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class FinishReasonMissing(Edit):
    """The `finish_reason` of every choice is null to the end."""

    name: ClassVar[str] = "finish_reason_missing"
    example: ClassVar[str] = "finish_reason_missing"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-FIN-001", "CHAT-CHOICE-006", "XLAT-FIN-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "finish reason"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if finish(choice)]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["finish_reason"] = None
        return True
