"""Each chunk says who speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, delta
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class RoleRepeated(Edit):
    """Every delta that says something has `role: assistant`, not only the first.

    OpenAI's Python helper joins them to `assistantassistant`.
    """

    name: ClassVar[str] = "role_repeated"
    example: ClassVar[str] = "role_repeated"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-ROLE-002",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "second delta"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [
            delta(choice)
            for choice in choices(value)
            if delta(choice) and "role" not in delta(choice) and "audio" not in delta(choice)
        ]
        if not found or not stream.here():
            return False
        for one in found:
            one["role"] = "assistant"
        return True
