"""A part ends after its item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.faults.responses.items import DONE, PART_DONE
from harness.faults.responses.neighbours import Neighbours


@dataclass(frozen=True, kw_only=True)
class PartDoneLate(Neighbours):
    """A `content_part.done` comes after the `output_item.done` of its item."""

    name: ClassVar[str] = "part_done_late"
    example: ClassVar[str] = "part_done_late"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-PART-006", "RESP-ITEM-014", "RESP-PART-005")
    wanted: ClassVar[str] = "content_part.done right before output_item.done"
    first: ClassVar[str] = PART_DONE
    second: ClassVar[str] = DONE
