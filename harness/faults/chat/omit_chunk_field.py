"""A chunk lacks a key that each has."""

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
class OmitChunkField(Edit):
    """One chunk has no `id`, `created` or `model`.

    Chunks that a gateway adds of its own, with costs or citations, are often so.
    """

    name: ClassVar[str] = "omit_chunk_field"
    example: ClassVar[str] = "omit_chunk_field:how=model"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "id": ("CHAT-OBJ-002",),
        "created": ("CHAT-OBJ-002",),
        "model": ("CHAT-OBJ-002",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "chunk with that key"

    how: str = manner(breaks_by_how, "Which key it lacks.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not is_chunk(value) or self.how not in value or not stream.here():
            return False
        del value[self.how]
        return True
