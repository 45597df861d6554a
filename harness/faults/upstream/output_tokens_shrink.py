"""The count of output tokens becomes smaller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import table
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class OutputTokensShrink(Edit):
    """The last count of output tokens is what came since the first, and smaller than it."""

    name: ClassVar[str] = "output_tokens_shrink"
    example: ClassVar[str] = "output_tokens_shrink"
    breaks: ClassVar[tuple[str, ...]] = ("UP-USE-001",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "second count of output tokens"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("type") == "message_start":
            stream.notes["first"] = table(table(value.get("message")).get("usage")).get("output_tokens")
        first = stream.notes.get("first")
        counts = table(value.get("usage"))
        if value.get("type") != "message_delta" or type(first) is not int or first < 1:
            return False
        if type(counts.get("output_tokens")) is not int or not stream.here():
            return False
        counts["output_tokens"] = first - 1
        return True
