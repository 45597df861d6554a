"""A field of an event has another type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import manner
from harness.faults.mutation import Edit
from harness.faults.responses.items import scoped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class EventFieldType(Edit):
    """The `output_index` of an event is a string, or its `delta` a number."""

    name: ClassVar[str] = "event_field_type"
    example: ClassVar[str] = "event_field_type:how=delta"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "output_index": (
            "RESP-ENV-004",
            "RESP-ITEM-002",
            "RESP-FC-007",
        ),
        "delta": (
            "RESP-ENV-004",
            "RESP-TEXT-001",
            "RESP-REF-001",
            "RESP-FC-001",
            "RESP-CTC-001",
            "RESP-RSN-003",
            "RESP-TOOL-008",
            "RESP-TOOL-009",
            "XLAT-TEXT-001",
            "XLAT-TOOL-001",
            "XLAT-TOOL-005",
        ),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "event with that field"

    how: str = manner(breaks_by_how, "Which field it is.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if self.how not in value or not scoped(value) or not stream.here():
            return False
        value[self.how] = str(value[self.how]) if self.how == "output_index" else 17
        return True
