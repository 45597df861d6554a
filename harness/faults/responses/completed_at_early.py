"""The response is complete before it begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit
from harness.faults.responses.items import response

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class CompletedAtEarly(Edit):
    """`completed_at` has a time in `response.created`."""

    name: ClassVar[str] = "completed_at_early"
    example: ClassVar[str] = "completed_at_early"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-OBJ-005",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "response.created"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("type") != "response.created" or not response(value) or not stream.here():
            return False
        created = value["response"].get("created_at")
        value["response"]["completed_at"] = created if type(created) is int else 1
        return True
