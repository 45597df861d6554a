"""Tool calls have new ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import fragments
from harness.faults.event import string
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ToolIdsReplaced(Edit):
    """Every tool call has another id than upstream gave it.

    The stream stays legal; the next turn of the conversation names a call that upstream does not know.
    """

    name: ClassVar[str] = "tool_ids_replaced"
    example: ClassVar[str] = "tool_ids_replaced"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-TOOL-004",)
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "tool call with an id"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [call for _, call in fragments(value) if string(call.get("id"))]
        if not found or not stream.here():
            return False
        for call in found:
            call["id"] = "call_other_" + call["id"]
        return True
