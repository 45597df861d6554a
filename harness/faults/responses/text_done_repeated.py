"""A text is done twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Addition
from harness.faults.responses.items import TEXT_DONE

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class TextDoneRepeated(Addition):
    """An `output_text.done` comes twice."""

    name: ClassVar[str] = "text_done_repeated"
    example: ClassVar[str] = "text_done_repeated"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TEXT-003", "RESP-TEXT-004")
    wanted: ClassVar[str] = "output_text.done"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        return [dict(value)] if value.get("type") == TEXT_DONE else []
