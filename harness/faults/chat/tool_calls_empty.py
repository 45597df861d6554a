"""A delta has calls, and none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, delta, text
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ToolCallsEmpty(Edit):
    """A delta with text has an empty list of tool calls."""

    name: ClassVar[str] = "tool_calls_empty"
    example: ClassVar[str] = "tool_calls_empty"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-TOOL-014",)
    wanted: ClassVar[str] = "delta with text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [
            delta(choice) for choice in choices(value) if text(choice) and "tool_calls" not in delta(choice)
        ]
        if not found or not stream.here():
            return False
        for one in found:
            one["tool_calls"] = []
        return True
