"""A character is broken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, text
from harness.faults.mutation import Edit
from harness.faults.responses.items import prefixed

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ReplacementCharacter(Edit):
    """A text begins with U+FFFD: in its first delta, and wherever the whole text comes.

    Servers that decode bytes as they come put it where a character was cut.
    """

    name: ClassVar[str] = "replacement_character"
    example: ClassVar[str] = "replacement_character"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-UTF8-002", "CHAT-LOGP-001", "XLAT-TEXT-001")
    wanted: ClassVar[str] = "delta of text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if prefixed(value, stream, "\N{REPLACEMENT CHARACTER}"):
            return True
        found = [choice for choice in choices(value) if text(choice)]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["delta"]["content"] = "\N{REPLACEMENT CHARACTER}" + text(choice)
        return True
