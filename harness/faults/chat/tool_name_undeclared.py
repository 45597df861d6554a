"""A tool is called that nobody offered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import fragments, function
from harness.faults.event import string
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ToolNameUndeclared(Edit):
    """The name of a tool call is none of those that the request declares."""

    name: ClassVar[str] = "tool_name_undeclared"
    example: ClassVar[str] = "tool_name_undeclared"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-TOOL-011", "XLAT-TOOL-001")
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    wanted: ClassVar[str] = "name of a tool that the request declares"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [
            call
            for _, call in fragments(value)
            if string(function(call).get("name")) and stream.request.get("tools")
        ]
        if not found or not stream.here():
            return False
        for call in found:
            call["function"]["name"] += "_other"
        return True
