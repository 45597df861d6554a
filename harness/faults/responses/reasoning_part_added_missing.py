"""Reasoning comes without its part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Omission
from harness.faults.responses.items import PART_ADDED, part

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ReasoningPartAddedMissing(Omission):
    """The `content_part.added` of a reasoning item is left out."""

    name: ClassVar[str] = "reasoning_part_added_missing"
    example: ClassVar[str] = "reasoning_part_added_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-RSN-004", "RESP-PART-001", "RESP-PART-005")
    wanted: ClassVar[str] = "content_part.added of reasoning"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == PART_ADDED and part(value).get("type") == "reasoning_text"
