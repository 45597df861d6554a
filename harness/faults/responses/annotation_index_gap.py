"""Annotations are not counted right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class AnnotationIndexGap(Edit):
    """The `annotation_index` of every annotation is one too high."""

    name: ClassVar[str] = "annotation_index_gap"
    example: ClassVar[str] = "annotation_index_gap"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TEXT-007",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "annotation"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if type(value.get("annotation_index")) is not int or not stream.here():
            return False
        value["annotation_index"] += 1
        return True
