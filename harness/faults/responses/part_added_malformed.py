"""A part begins without a place for its text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import manner
from harness.faults.mutation import Edit
from harness.faults.responses.items import PART_ADDED, part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class PartAddedMalformed(Edit):
    """An added part has a null text, text already, or null annotations."""

    name: ClassVar[str] = "part_added_malformed"
    example: ClassVar[str] = "part_added_malformed:how=annotations_absent"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "text_null": ("RESP-PART-003", "RESP-ENV-004"),
        "text_full": ("RESP-PART-003",),
        "annotations_null": ("RESP-PART-003", "RESP-ENV-004"),
        "annotations_absent": ("RESP-PART-003", "RESP-ENV-004"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "added part of text"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        one = part(value) if value.get("type") == PART_ADDED else {}
        if (
            one.get("type") != "output_text"
            or "text" not in one
            or "annotations" not in one
            or not stream.here()
        ):
            return False
        if self.how == "annotations_absent":
            del one["annotations"]
        elif self.how == "annotations_null":
            one["annotations"] = None
        else:
            one["text"] = None if self.how == "text_null" else "Well, "
        return True
