"""A message thinks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit
from harness.faults.responses.items import part

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class PartType(Edit):
    """The parts of a message are announced and finished as reasoning."""

    name: ClassVar[str] = "part_type"
    example: ClassVar[str] = "part_type"
    breaks: ClassVar[tuple[str, ...]] = (
        "RESP-PART-004",
        "RESP-PART-007",
        "RESP-PART-005",
        "RESP-TEXT-002",
        "XLAT-TEXT-001",
    )
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "part of text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if part(value).get("type") != "output_text" or not stream.here():
            return False
        part(value)["type"] = "reasoning_text"
        return True
