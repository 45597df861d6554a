"""Fragments of calls have no number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import fragments
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ToolIndexMissing(Edit):
    """No fragment of a tool call has an `index`."""

    name: ClassVar[str] = "tool_index_missing"
    example: ClassVar[str] = "tool_index_missing"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-TOOL-001",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "fragment of a tool call"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [call for _, call in fragments(value) if "index" in call]
        if not found or not stream.here():
            return False
        for call in found:
            del call["index"]
        return True
