"""A choice ends for a reason that nobody knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, finish
from harness.faults.fault import manner
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class FinishReasonUnknown(Edit):
    """The `finish_reason` of a choice is none of the five."""

    name: ClassVar[str] = "finish_reason_unknown"
    example: ClassVar[str] = "finish_reason_unknown:how=upper"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "empty": ("CHAT-FIN-002", "XLAT-FIN-001"),
        "unknown": ("CHAT-FIN-002", "XLAT-FIN-001"),
        "upper": ("CHAT-FIN-002", "XLAT-FIN-001"),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "finish reason"

    how: str = manner(breaks_by_how, "What it is.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if finish(choice)]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["finish_reason"] = {"empty": "", "unknown": "eos_token", "upper": "STOP"}[self.how]
        return True
