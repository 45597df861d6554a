"""Tool calls are counted from one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import fragments
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ToolIndexFromOne(Edit):
    """The `index` of every tool call is one too high.

    Gateways that take the output_index of a Responses stream for it do this.
    """

    name: ClassVar[str] = "tool_index_from_one"
    example: ClassVar[str] = "tool_index_from_one"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-TOOL-002", "XLAT-TOOL-002")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "fragment of a tool call"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [call for _, call in fragments(value) if type(call.get("index")) is int]
        if not found or not stream.here():
            return False
        for call in found:
            call["index"] += 1
        return True
