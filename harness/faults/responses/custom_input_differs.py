"""The input of a custom tool is not the sum of its deltas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class CustomInputDiffers(Edit):
    """`custom_tool_call_input.done` has another input than its deltas and its item."""

    name: ClassVar[str] = "custom_input_differs"
    example: ClassVar[str] = "custom_input_differs"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-CTC-001",)
    wanted: ClassVar[str] = "custom_tool_call_input.done"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        kind = "response.custom_tool_call_input.done"
        if value.get("type") != kind or not isinstance(value.get("input"), str) or not stream.here():
            return False
        value["input"] += " "
        return True
