"""A summary is never announced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Omission

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class SummaryPartAddedMissing(Omission):
    """A `reasoning_summary_part.added` is left out."""

    name: ClassVar[str] = "summary_part_added_missing"
    example: ClassVar[str] = "summary_part_added_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-RSN-001", "RESP-RSN-002")
    wanted: ClassVar[str] = "reasoning_summary_part.added"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == "response.reasoning_summary_part.added"
