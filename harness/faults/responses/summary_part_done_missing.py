"""A summary never ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Omission

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class SummaryPartDoneMissing(Omission):
    """A `reasoning_summary_part.done` is left out."""

    name: ClassVar[str] = "summary_part_done_missing"
    example: ClassVar[str] = "summary_part_done_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-RSN-007",)
    wanted: ClassVar[str] = "reasoning_summary_part.done"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == "response.reasoning_summary_part.done"
