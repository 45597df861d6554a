"""All tool calls are one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import fragments
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ToolIndexZero(Edit):
    """Of several tool calls, every one has the `index` 0."""

    name: ClassVar[str] = "tool_index_zero"
    example: ClassVar[str] = "tool_index_zero"
    breaks: ClassVar[tuple[str, ...]] = (
        "CHAT-TOOL-006",
        "CHAT-TOOL-005",
        "CHAT-TOOL-009",
        "CHAT-TOOL-010",
        "XLAT-TOOL-001",
        "XLAT-TOOL-002",
    )
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "second tool call"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [call for _, call in fragments(value) if type(call.get("index")) is int and call["index"] > 0]
        if not found or not stream.here():
            return False
        for call in found:
            call["index"] = 0
        return True
