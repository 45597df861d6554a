"""The time of creation moves on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import later
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class CreatedChanges(Edit):
    """`created` is a second later from one chunk on.

    Servers that stamp each chunk when they send it do this.
    """

    name: ClassVar[str] = "created_changes"
    example: ClassVar[str] = "created_changes"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-CREATED-001",)
    wanted: ClassVar[str] = "second chunk with a time"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if later(value, stream) and type(value.get("created")) is int:
            if stream.here():
                stream.notes["moved"] = True
            if stream.notes.get("moved"):
                value["created"] += 1
                return True
        return False
