"""Text ends like a call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import calls, choices, finish
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class FinishToolCallsWithout(Edit):
    """A choice without a tool call finishes with `tool_calls`."""

    name: ClassVar[str] = "finish_tool_calls_without"
    example: ClassVar[str] = "finish_tool_calls_without"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-FIN-006", "XLAT-FIN-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "finish reason stop without a tool call"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        edited = False
        for choice in choices(value):
            if calls(choice):
                stream.notes[repr(choice.get("index"))] = True
            if finish(choice) == "stop" and repr(choice.get("index")) not in stream.notes and stream.here():
                choice["finish_reason"] = "tool_calls"
                edited = True
        return edited
