"""Events are not counted right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import manner
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class Sequence(Edit):
    """The sequence numbers are absent, all zero, begin at one, jump or repeat.

    A client that resumes after a number skips events, or applies one twice.
    """

    name: ClassVar[str] = "sequence"
    example: ClassVar[str] = "sequence:how=text"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "absent": ("RESP-SEQ-001",),
        "zero": ("RESP-SEQ-004",),
        "from1": ("RESP-SEQ-002",),
        "gap": ("RESP-SEQ-003",),
        "repeat": ("RESP-SEQ-004",),
        "text": ("RESP-SEQ-001", "RESP-ENV-004"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "sequence number"

    how: str = manner(breaks_by_how, "What is wrong with them.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change the number; whether it did."""
        number = value.get("sequence_number")
        if type(number) is not int:
            return False
        first = "seen" not in stream.notes
        stream.notes["seen"] = True
        begins_at_first = self.how in {"absent", "zero", "from1", "text"}
        if first is begins_at_first and (not first or stream.places == 0) and stream.here():
            stream.notes["on"] = True
        if "on" not in stream.notes:
            return False
        if self.how == "absent":
            del value["sequence_number"]
            return True
        shift = {"from1": 1, "gap": 1, "repeat": -1}.get(self.how, 0)
        value["sequence_number"] = (
            str(number) if self.how == "text" else 0 if self.how == "zero" else number + shift
        )
        return bool(shift) or self.how == "text" or (self.how == "zero" and number != 0)
