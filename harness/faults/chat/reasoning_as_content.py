"""Thoughts are spoken aloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import THOUGHTS, choices, delta, text, thought
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ReasoningAsContent(Edit):
    """The reasoning of every delta comes as visible text.

    The stream stays legal; only who knows the upstream can tell.
    """

    name: ClassVar[str] = "reasoning_as_content"
    example: ClassVar[str] = "reasoning_as_content"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-RSN-001", "XLAT-TEXT-001", "XLAT-RSN-004")
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "delta with reasoning"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if thought(choice) and not text(choice)]
        if not found or not stream.here():
            return False
        for choice in found:
            words = delta(choice)[thought(choice)]
            choice["delta"] = {name: one for name, one in delta(choice).items() if name not in THOUGHTS}
            choice["delta"]["content"] = words
        return True
