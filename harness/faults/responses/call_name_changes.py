"""A call becomes one of another tool."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.mutation import Edit
from harness.faults.responses.items import whole_items

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class CallNameChanges(Edit):
    """The name of a function call is another one in `output_item.done` and at the end."""

    name: ClassVar[str] = "call_name_changes"
    example: ClassVar[str] = "call_name_changes"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-FC-006", "XLAT-TOOL-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "finished function call"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [
            one
            for _, one in whole_items(value)
            if one.get("type") == "function_call" and string(one.get("name"))
        ]
        if not found or not stream.here():
            return False
        for one in found:
            one["name"] += "_other"
        return True
