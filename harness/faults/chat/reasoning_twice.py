"""Reasoning comes under two keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import THOUGHTS, choices, delta, thought
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ReasoningTwice(Edit):
    """A delta has the same reasoning as `reasoning_content` and as `reasoning`."""

    name: ClassVar[str] = "reasoning_twice"
    example: ClassVar[str] = "reasoning_twice"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-RSN-001",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "delta with reasoning under one key"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [
            choice
            for choice in choices(value)
            if thought(choice) and not all(name in delta(choice) for name in THOUGHTS)
        ]
        if not found or not stream.here():
            return False
        for choice in found:
            words = delta(choice)[thought(choice)]
            choice["delta"].update(dict.fromkeys(THOUGHTS, words))
        return True
