"""The model speaks and refuses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import alone, choices, text
from harness.faults.mutation import Addition

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class RefusalMixed(Addition):
    """A delta with a refusal follows one with text in the same choice."""

    name: ClassVar[str] = "refusal_mixed"
    example: ClassVar[str] = "refusal_mixed"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-REF-001", "XLAT-REF-001")
    wanted: ClassVar[str] = "delta with text"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        spoken = [choice for choice in choices(value) if text(choice)]
        return [alone(value, spoken[0].get("index"), {"refusal": "I cannot."})] if spoken else []
