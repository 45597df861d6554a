"""The first delta has no content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, delta
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class FirstContentAbsent(Edit):
    """The first delta, which says the role, has no key `content`."""

    name: ClassVar[str] = "first_content_absent"
    example: ClassVar[str] = "first_content_absent"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-CONT-005",)
    wanted: ClassVar[str] = "first delta with empty content"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [
            delta(choice)
            for choice in choices(value)
            if "role" in delta(choice) and "content" in delta(choice) and not delta(choice)["content"]
        ]
        if not found or not stream.here():
            return False
        for one in found:
            del one["content"]
        return True
