"""Each chunk is of another completion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import later
from harness.faults.event import string
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ChatIdChanges(Edit):
    """Every chunk but the first has an `id` of its own.

    Clients that show one message for each id show many.
    """

    name: ClassVar[str] = "chat_id_changes"
    example: ClassVar[str] = "chat_id_changes"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-ID-001", "XLAT-ID-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "second chunk with an id"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not later(value, stream) or not string(value.get("id")) or not stream.here():
            return False
        value["id"] = f"{value['id']}-{stream.places}"
        return True
