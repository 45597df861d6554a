"""The model thinks again after it has spoken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import alone, choices, text, thought
from harness.faults.mutation import Addition

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ReasoningReopened(Addition):
    """A delta with reasoning follows text, in a stream whose reasoning came before it."""

    name: ClassVar[str] = "reasoning_reopened"
    example: ClassVar[str] = "reasoning_reopened"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-RSN-002", "XLAT-RSN-002", "XLAT-RSN-004")
    wanted: ClassVar[str] = "text after reasoning"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        for choice in choices(value):
            if thought(choice):
                stream.notes["reasoning"] = thought(choice)
            elif text(choice) and "reasoning" in stream.notes:
                return [alone(value, choice.get("index"), {stream.notes["reasoning"]: "Wait."})]
        return []
