"""The output of a shell is another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import entries
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ShellOutputDiffers(Edit):
    """The output of a shell call when it is done is not that of its item."""

    name: ClassVar[str] = "shell_output_differs"
    example: ClassVar[str] = "shell_output_differs"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TOOL-006",)
    wanted: ClassVar[str] = "shell_call_output_content.done with output"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        done = value.get("type") == "response.shell_call_output_content.done"
        found = (
            [one for one in entries(value.get("output")) if isinstance(one.get("stdout"), str)]
            if done
            else []
        )
        if not found or not stream.here():
            return False
        found[0]["stdout"] += "!"
        return True
