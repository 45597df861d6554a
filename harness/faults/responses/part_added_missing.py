"""A part is never announced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Omission
from harness.faults.responses.items import PART_ADDED

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class PartAddedMissing(Omission):
    """A `content_part.added` is left out.

    OpenAI's Python client has no list entry for the text, and raises an IndexError.
    """

    name: ClassVar[str] = "part_added_missing"
    example: ClassVar[str] = "part_added_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-PART-001", "RESP-PART-005", "RESP-RSN-004")
    wanted: ClassVar[str] = "content_part.added"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == PART_ADDED
