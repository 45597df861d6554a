"""The code that ran is another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class CodeDiffers(Edit):
    """The code of an interpreter when it is done is not the sum of its deltas."""

    name: ClassVar[str] = "code_differs"
    example: ClassVar[str] = "code_differs"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TOOL-008",)
    wanted: ClassVar[str] = "code_interpreter_call_code.done"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        kind = "response.code_interpreter_call_code.done"
        if value.get("type") != kind or not isinstance(value.get("code"), str) or not stream.here():
            return False
        value["code"] += "\n"
        return True
