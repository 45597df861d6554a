"""A text is never done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Omission
from harness.faults.responses.items import TEXT_DONE

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class TextDoneMissing(Omission):
    """An `output_text.done` is left out."""

    name: ClassVar[str] = "text_done_missing"
    example: ClassVar[str] = "text_done_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TEXT-003",)
    wanted: ClassVar[str] = "output_text.done"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == TEXT_DONE
