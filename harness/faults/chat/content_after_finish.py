"""A choice goes on after its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import alone, choices, finish
from harness.faults.mutation import Addition

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ContentAfterFinish(Addition):
    """A delta with text comes after the finish reason of its choice."""

    name: ClassVar[str] = "content_after_finish"
    example: ClassVar[str] = "content_after_finish"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-FIN-003", "XLAT-TEXT-001")
    wanted: ClassVar[str] = "finish reason"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        ended = [choice for choice in choices(value) if finish(choice)]
        return [alone(value, ended[0].get("index"), {"content": " more"})] if ended else []
