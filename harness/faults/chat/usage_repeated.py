"""Usage comes twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import usage
from harness.faults.mutation import Addition

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class UsageRepeated(Addition):
    """The chunk with the usage comes twice.

    Clients that add up what they see count double.
    """

    name: ClassVar[str] = "usage_repeated"
    example: ClassVar[str] = "usage_repeated"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-USE-001", "CHAT-USE-003", "CHAT-USE-009")
    wanted: ClassVar[str] = "usage"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        return [dict(value, choices=[])] if usage(value) else []
