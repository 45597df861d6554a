"""A property of clients comes on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit
from harness.faults.responses.items import terminal

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class OutputTextField(Edit):
    """The response has `output_text`, which OpenAI's clients compute and no server sends."""

    name: ClassVar[str] = "output_text_field"
    example: ClassVar[str] = "output_text_field"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-OBJ-006",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "terminal event"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not terminal(value) or not stream.here():
            return False
        terminal(value)["output_text"] = ""
        return True
