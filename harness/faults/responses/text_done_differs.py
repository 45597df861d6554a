"""The whole text is not the sum of its deltas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit
from harness.faults.responses.items import TEXT_DONE

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class TextDoneDiffers(Edit):
    """`output_text.done` has another text than its deltas and all that follows.

    No client of OpenAI notices.
    """

    name: ClassVar[str] = "text_done_differs"
    example: ClassVar[str] = "text_done_differs"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TEXT-001", "RESP-TEXT-002")
    wanted: ClassVar[str] = "output_text.done"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("type") != TEXT_DONE or not isinstance(value.get("text"), str) or not stream.here():
            return False
        value["text"] += "!"
        return True
