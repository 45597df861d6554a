"""An event does not say what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit
from harness.faults.responses.items import response

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class TypeAbsent(Edit):
    """The JSON of an event has no `type`."""

    name: ClassVar[str] = "type_absent"
    example: ClassVar[str] = "type_absent"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ENV-001",)
    wanted: ClassVar[str] = "event with a type that is no lifecycle event"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if "type" not in value or "sequence_number" not in value or response(value) or not stream.here():
            return False
        del value["type"]
        return True
