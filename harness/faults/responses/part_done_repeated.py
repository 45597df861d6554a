"""A part ends twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Addition
from harness.faults.responses.items import PART_DONE

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class PartDoneRepeated(Addition):
    """A `content_part.done` comes twice."""

    name: ClassVar[str] = "part_done_repeated"
    example: ClassVar[str] = "part_done_repeated"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-PART-005",)
    wanted: ClassVar[str] = "content_part.done"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        return [dict(value)] if value.get("type") == PART_DONE else []
