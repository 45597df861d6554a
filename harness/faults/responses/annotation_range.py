"""An annotation is about text that is not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import entries, table
from harness.faults.mutation import Edit
from harness.faults.responses.items import texts

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class AnnotationRange(Edit):
    """The range of every annotation lies behind the end of the text."""

    name: ClassVar[str] = "annotation_range"
    example: ClassVar[str] = "annotation_range"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TEXT-008", "XLAT-ANN-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "annotation with a range"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        marks = [
            table(value.get("annotation")),
            *(m for _, one in texts(value) for m in entries(one.get("annotations"))),
        ]
        found = [
            one for one in marks if type(one.get("start_index")) is int and type(one.get("end_index")) is int
        ]
        if not found or not stream.here():
            return False
        for one in found:
            one["start_index"] += 1_000_000
            one["end_index"] += 1_000_000
        return True
