"""An answer costs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import usage
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class UsageZero(Edit):
    """`completion_tokens` is 0, though there is an answer."""

    name: ClassVar[str] = "usage_zero"
    example: ClassVar[str] = "usage_zero"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-USE-010", "CHAT-USE-008", "XLAT-USE-003", "XLAT-USE-006")
    wanted: ClassVar[str] = "usage of an answer"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        counts = usage(value)
        prompt = counts.get("prompt_tokens")
        if type(prompt) is not int or not counts.get("completion_tokens") or not stream.here():
            return False
        counts.update(completion_tokens=0, total_tokens=prompt)
        counts.pop("completion_tokens_details", None)
        return True
