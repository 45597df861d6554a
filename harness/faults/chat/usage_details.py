"""A part of the usage is more than the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import usage
from harness.faults.event import table
from harness.faults.fault import manner
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class UsageDetails(Edit):
    """More tokens were cached than the prompt has, or thought than were written."""

    name: ClassVar[str] = "usage_details"
    example: ClassVar[str] = "usage_details:how=reasoning"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "cached": (
            "CHAT-USE-008",
            "XLAT-USE-001",
            "XLAT-USE-006",
        ),
        "reasoning": (
            "CHAT-USE-008",
            "XLAT-USE-003",
            "XLAT-USE-006",
        ),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "usage"

    how: str = manner(breaks_by_how, "Which part is too large.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        counts = usage(value)
        total, details, part = (
            ("prompt_tokens", "prompt_tokens_details", "cached_tokens")
            if self.how == "cached"
            else ("completion_tokens", "completion_tokens_details", "reasoning_tokens")
        )
        if type(counts.get(total)) is not int or not stream.here():
            return False
        counts[details] = {**table(counts.get(details)), part: counts[total] + 1}
        return True
