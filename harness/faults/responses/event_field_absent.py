"""An event lacks a field that its type requires."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.fault import manner
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class EventFieldAbsent(Edit):
    """An event lacks its delta, item_id, content_index or summary_index."""

    name: ClassVar[str] = "event_field_absent"
    example: ClassVar[str] = "event_field_absent:how=part"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "delta": (
            "RESP-ENV-004",
            "RESP-TEXT-001",
            "RESP-REF-001",
            "RESP-FC-001",
            "RESP-CTC-001",
            "RESP-RSN-003",
            "RESP-TOOL-008",
            "RESP-TOOL-009",
            "XLAT-RSN-004",
            "XLAT-TEXT-001",
            "XLAT-TOOL-001",
        ),
        "item_id": (
            "RESP-ENV-004",
            "RESP-ITEM-007",
            "RESP-FC-007",
        ),
        "content_index": (
            "RESP-ENV-004",
            "RESP-PART-002",
        ),
        "summary_index": (
            "RESP-ENV-004",
            "RESP-RSN-002",
        ),
        "item": ("RESP-ENV-004",),
        "part": ("RESP-ENV-004",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "event with that field"

    how: str = manner(breaks_by_how, "Which field it lacks.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if (
            self.how not in value
            or not string(value.get("type")).startswith("response.")
            or not stream.here()
        ):
            return False
        del value[self.how]
        return True
