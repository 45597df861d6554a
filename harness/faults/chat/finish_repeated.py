"""A choice ends twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import alone, choices, finish
from harness.faults.mutation import Addition

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class FinishRepeated(Addition):
    """The chunk with the finish reason of a choice comes twice."""

    name: ClassVar[str] = "finish_repeated"
    example: ClassVar[str] = "finish_repeated"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-FIN-001", "XLAT-FIN-003")
    wanted: ClassVar[str] = "finish reason"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        ended = [choice for choice in choices(value) if finish(choice)]
        return [alone(value, ended[0].get("index"), {}, finish_reason=finish(ended[0]))] if ended else []
