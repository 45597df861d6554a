"""Usage lacks its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import usage
from harness.faults.fault import manner
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class UsageMalformed(Edit):
    """The usage is empty, or one of its three totals is negative, null or absent."""

    name: ClassVar[str] = "usage_malformed"
    example: ClassVar[str] = "usage_malformed:how=text"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "empty": (
            "CHAT-USE-006",
            "CHAT-USE-001",
            "XLAT-USE-001",
            "XLAT-USE-003",
        ),
        "negative": (
            "CHAT-USE-006",
            "CHAT-USE-007",
            "XLAT-USE-003",
            "XLAT-USE-006",
        ),
        "null": (
            "CHAT-USE-006",
            "XLAT-USE-003",
        ),
        "absent": (
            "CHAT-USE-006",
            "XLAT-USE-003",
        ),
        "text": (
            "CHAT-USE-006",
            "XLAT-USE-003",
        ),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "usage"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if "completion_tokens" not in usage(value) or not stream.here():
            return False
        counts = value["usage"]
        if self.how == "empty":
            counts.clear()
        elif self.how == "absent":
            del counts["completion_tokens"]
        else:
            counts["completion_tokens"] = {"negative": -1, "null": None, "text": "9"}[self.how]
        return True
