"""Half a character comes."""

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
class LoneSurrogate(Edit):
    """A text begins with the escape of half a surrogate pair: in its first delta, and wherever the whole
    text comes.

    It cannot be written as UTF-8, though it is JSON.
    """

    name: ClassVar[str] = "lone_surrogate"
    example: ClassVar[str] = "lone_surrogate"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-UTF8-003", "CHAT-LOGP-001", "XLAT-TEXT-001")
    wanted: ClassVar[str] = "delta of text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if prefixed(value, stream, "\ud83d"):
            return True
        found = [choice for choice in choices(value) if text(choice)]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["delta"]["content"] = "\ud83d" + text(choice)
        return True
