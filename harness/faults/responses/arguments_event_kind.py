"""Arguments come in events of another tool."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit
from harness.faults.responses.items import ARGUMENTS_DELTA

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ArgumentsEventKind(Edit):
    """The deltas of a function's arguments come as `custom_tool_call_input.delta`."""

    name: ClassVar[str] = "arguments_event_kind"
    example: ClassVar[str] = "arguments_event_kind"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-FC-005", "RESP-FC-001", "RESP-FC-003")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "delta of arguments"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("type") != ARGUMENTS_DELTA or not stream.here():
            return False
        value["type"] = "response.custom_tool_call_input.delta"
        return True
