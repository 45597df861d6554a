"""A part never ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Omission
from harness.faults.responses.items import PART_DONE

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class PartDoneMissing(Omission):
    """A `content_part.done` is left out."""

    name: ClassVar[str] = "part_done_missing"
    example: ClassVar[str] = "part_done_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-PART-005", "RESP-PART-006")
    wanted: ClassVar[str] = "content_part.done"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == PART_DONE
