"""The response is in progress again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Addition

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class InProgressRepeated(Addition):
    """`response.in_progress` comes twice."""

    name: ClassVar[str] = "in_progress_repeated"
    example: ClassVar[str] = "in_progress_repeated"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-LIFE-004",)
    wanted: ClassVar[str] = "response.in_progress"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        return [dict(value)] if value.get("type") == "response.in_progress" else []
