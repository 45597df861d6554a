"""The time of creation is in another unit."""

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
class CreatedUnit(Edit):
    """`created` is no whole number of seconds on every chunk."""

    name: ClassVar[str] = "created_unit"
    example: ClassVar[str] = "created_unit:how=text"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "fraction": ("CHAT-CREATED-002",),
        "milliseconds": ("CHAT-CREATED-002",),
        "text": ("CHAT-CREATED-002",),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "chunk with a time"

    how: str = manner(breaks_by_how, "What it is instead.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        created = value.get("created")
        if not is_chunk(value) or type(created) is not int or not stream.here():
            return False
        made = {"fraction": created + 0.5, "milliseconds": max(created, 1) * 1000, "text": str(created)}
        value["created"] = made[self.how]
        return True
