"""A patch is another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class PatchDiffDiffers(Edit):
    """The diff of a patch when it is done is not the sum of its deltas."""

    name: ClassVar[str] = "patch_diff_differs"
    example: ClassVar[str] = "patch_diff_differs"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TOOL-007",)
    wanted: ClassVar[str] = "apply_patch_call_operation_diff.done"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        kind = "response.apply_patch_call_operation_diff.done"
        if value.get("type") != kind or not isinstance(value.get("diff"), str) or not stream.here():
            return False
        value["diff"] += "!"
        return True
