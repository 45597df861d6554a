"""A tool call begins without its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import fragments, function
from harness.faults.fault import manner
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ToolOpeningIncomplete(Edit):
    """The first fragment of a tool call lacks its id, type or name, or has it empty."""

    name: ClassVar[str] = "tool_opening_incomplete"
    example: ClassVar[str] = "tool_opening_incomplete:how=name_empty"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "id_absent": ("CHAT-TOOL-003", "XLAT-TOOL-004"),
        "id_empty": ("CHAT-TOOL-003", "XLAT-TOOL-004"),
        "type_absent": ("CHAT-TOOL-003",),
        "name_absent": ("CHAT-TOOL-003", "XLAT-TOOL-001"),
        "name_empty": ("CHAT-TOOL-003", "XLAT-TOOL-001"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "first fragment of a tool call"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        field, _, state = self.how.partition("_")
        found = [function(call) if field == "name" else call for _, call in fragments(value) if "id" in call]
        found = [one for one in found if one.get(field)]
        if not found or not stream.here():
            return False
        for one in found:
            if state == "absent":
                del one[field]
            else:
                one[field] = ""
        return True
