"""Two calls have one id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.mutation import Edit
from harness.faults.responses.items import item, output

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class CallIdShared(Edit):
    """The second tool call has the `call_id` of the first, in all its events."""

    name: ClassVar[str] = "call_id_shared"
    example: ClassVar[str] = "call_id_shared"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ITEM-009", "XLAT-TOOL-004")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "second tool call"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        edited = False
        for one in [item(value), *output(value)]:
            call_id = string(one.get("call_id"))
            if call_id and one.get("type") in {"function_call", "custom_tool_call"}:
                first = stream.notes.setdefault("first", call_id)
                if first != call_id and stream.here():
                    one["call_id"] = first
                    edited = True
        return edited
