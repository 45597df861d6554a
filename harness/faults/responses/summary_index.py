"""Summaries are not counted right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class SummaryIndex(Edit):
    """The `summary_index` of every event is one too high."""

    name: ClassVar[str] = "summary_index"
    example: ClassVar[str] = "summary_index"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-RSN-002",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "event with a summary_index"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if type(value.get("summary_index")) is not int or not stream.here():
            return False
        value["summary_index"] += 1
        return True
