"""Partial images are not counted right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class PartialImageIndex(Edit):
    """The `partial_image_index` of every partial image is the same, and none the first."""

    name: ClassVar[str] = "partial_image_index"
    example: ClassVar[str] = "partial_image_index"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TOOL-003",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "partial image"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if type(value.get("partial_image_index")) is not int or not stream.here():
            return False
        value["partial_image_index"] = 7
        return True
