"""A delta of another kind comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit
from harness.faults.responses.items import TEXT_DELTA

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class DeltaKind(Edit):
    """A delta of text comes as a delta of a refusal."""

    name: ClassVar[str] = "delta_kind"
    example: ClassVar[str] = "delta_kind"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-PART-007", "RESP-TEXT-001", "RESP-TEXT-005", "XLAT-TEXT-001")
    wanted: ClassVar[str] = "delta of text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("type") != TEXT_DELTA or not stream.here():
            return False
        value["type"] = "response.refusal.delta"
        value.pop("logprobs", None)
        return True
