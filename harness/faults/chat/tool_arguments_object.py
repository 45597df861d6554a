"""Arguments come parsed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import fragments, function
from harness.faults.event import string
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ToolArgumentsObject(Edit):
    """The `arguments` of a tool call are an object instead of a string of JSON."""

    name: ClassVar[str] = "tool_arguments_object"
    example: ClassVar[str] = "tool_arguments_object"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-TOOL-008", "XLAT-TOOL-001", "XLAT-TOOL-005")
    wanted: ClassVar[str] = "fragment with arguments"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [call for _, call in fragments(value) if string(function(call).get("arguments"))]
        if not found or not stream.here():
            return False
        for call in found:
            call["function"]["arguments"] = {"value": call["function"]["arguments"]}
        return True
