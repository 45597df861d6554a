"""An annotation is forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit
from harness.faults.responses.items import texts

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class AnnotationLost(Edit):
    """The annotations of a text come, and are gone when its part is done and at the end."""

    name: ClassVar[str] = "annotation_lost"
    example: ClassVar[str] = "annotation_lost"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TEXT-007", "XLAT-ANN-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "whole text with annotations"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [one for _, one in texts(value) if one.get("annotations")]
        if not found or not stream.here():
            return False
        for one in found:
            one["annotations"] = []
        return True
