"""A response lacks a key that each has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import manner
from harness.faults.mutation import Edit
from harness.faults.responses.items import response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ResponseFieldAbsent(Edit):
    """No lifecycle event has one of the required keys of a response.

    Servers that send only id, object and status do this.
    """

    name: ClassVar[str] = "response_field_absent"
    example: ClassVar[str] = "response_field_absent:how=status"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "model": ("RESP-OBJ-001", "RESP-ENV-004"),
        "created_at": ("RESP-OBJ-001", "RESP-ENV-004"),
        "tools": ("RESP-OBJ-001", "RESP-ENV-004"),
        "tool_choice": ("RESP-OBJ-001", "RESP-ENV-004"),
        "parallel_tool_calls": ("RESP-OBJ-001", "RESP-ENV-004"),
        "id": ("RESP-OBJ-001", "RESP-ENV-004", "RESP-ID-001"),
        "status": ("RESP-OBJ-001", "RESP-ENV-004", "RESP-LIFE-007"),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "lifecycle event with that key"

    how: str = manner(breaks_by_how, "Which key it is.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if self.how not in response(value) or not stream.here():
            return False
        del value["response"][self.how]
        return True
