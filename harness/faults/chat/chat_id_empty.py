"""A completion has no name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import is_chunk
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ChatIdEmpty(Edit):
    """The `id` of every chunk is empty."""

    name: ClassVar[str] = "chat_id_empty"
    example: ClassVar[str] = "chat_id_empty"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-ID-002",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "chunk with an id"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not (is_chunk(value) or _spoken(value)) or not value.get("id") or not stream.here():
            return False
        value["id"] = ""
        return True


def _spoken(value: Json) -> bool:
    """Whether this is a chunk without choices, as answers with audio have them."""
    return value.get("object") == "chat.completion.chunk" and "choices" not in value
