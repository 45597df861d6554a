"""The time of creation has a fraction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit
from harness.faults.responses.items import response

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class CreatedAtFraction(Edit):
    """`created_at` is no whole number of seconds in every lifecycle event."""

    name: ClassVar[str] = "created_at_fraction"
    example: ClassVar[str] = "created_at_fraction"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ID-003",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "lifecycle event with a time"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = response(value)
        if type(found.get("created_at")) is not int or not stream.here():
            return False
        found["created_at"] += 0.5
        return True
