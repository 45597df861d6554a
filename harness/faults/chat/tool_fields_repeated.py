"""Each fragment says again which call it is of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import fragments, function, key
from harness.faults.fault import manner
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ToolFieldsRepeated(Edit):
    """Later fragments of a tool call have its id, name or type again, or an empty one.

    Clients that join fragments double the name.
    """

    name: ClassVar[str] = "tool_fields_repeated"
    example: ClassVar[str] = "tool_fields_repeated:how=type"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "id": ("CHAT-TOOL-005",),
        "name": ("CHAT-TOOL-005",),
        "empty_id": ("CHAT-TOOL-005",),
        "empty_name": ("CHAT-TOOL-005",),
        "type": ("CHAT-TOOL-005",),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "second fragment of a tool call"

    how: str = manner(breaks_by_how, "What they have.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        edited = False
        for choice, call in fragments(value):
            place = key(choice, call)
            if "id" in call:
                stream.notes[place] = {
                    "id": call["id"],
                    "name": function(call).get("name"),
                    "type": "function",
                }
            elif place in stream.notes and function(call) and stream.here():
                name = self.how.removeprefix("empty_")
                (function(call) if name == "name" else call)[name] = (
                    stream.notes[place][name] if name == self.how else ""
                )
                edited = True
        return edited
