"""Two tool calls have one id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import fragments
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ToolIdShared(Edit):
    """The second tool call has the id of the first."""

    name: ClassVar[str] = "tool_id_shared"
    example: ClassVar[str] = "tool_id_shared"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-TOOL-007", "XLAT-TOOL-004")
    wanted: ClassVar[str] = "second tool call"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        for choice, call in fragments(value):
            if "id" in call:
                first = stream.notes.setdefault(repr(choice.get("index")), call["id"])
                if first != call["id"] and stream.here():
                    call["id"] = first
                    return True
        return False
