"""The response is in progress after its first item began."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Addition
from harness.faults.responses.items import ADDED

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class InProgressLate(Addition):
    """`response.in_progress` comes once more, after the first item was added."""

    name: ClassVar[str] = "in_progress_late"
    example: ClassVar[str] = "in_progress_late"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-LIFE-004",)
    wanted: ClassVar[str] = "item that is added after response.in_progress"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        if value.get("type") == "response.in_progress":
            stream.notes["progress"] = value
        if value.get("type") != ADDED or "progress" not in stream.notes:
            return []
        return [dict(stream.notes.pop("progress"))]
