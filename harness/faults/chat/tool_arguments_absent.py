"""A tool call begins without arguments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import fragments, function
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ToolArgumentsAbsent(Edit):
    """The first fragment of a tool call has no `arguments`, not even an empty string."""

    name: ClassVar[str] = "tool_arguments_absent"
    example: ClassVar[str] = "tool_arguments_absent"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-TOOL-004",)
    wanted: ClassVar[str] = "first fragment with empty arguments"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [
            call for _, call in fragments(value) if "id" in call and function(call).get("arguments") == ""
        ]
        if not found or not stream.here():
            return False
        for call in found:
            del call["function"]["arguments"]
        return True
