"""Chunks do not say that they are chunks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import is_chunk
from harness.faults.fault import manner
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ChunkObject(Edit):
    """The `object` of chunks is not `chat.completion.chunk`.

    OpenAI's Python client leaves such chunks out without a word.
    """

    name: ClassVar[str] = "chunk_object"
    example: ClassVar[str] = "chunk_object:how=absent"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "wrong": ("CHAT-OBJ-001",),
        "empty": ("CHAT-OBJ-001",),
        "absent": ("CHAT-OBJ-001", "CHAT-OBJ-002"),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "chunk with an object"

    how: str = manner(breaks_by_how, "What `object` is.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not is_chunk(value) or "object" not in value or not stream.here():
            return False
        if self.how == "absent":
            del value["object"]
        else:
            value["object"] = "" if self.how == "empty" else "chat.completion"
        return True
