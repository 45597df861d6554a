"""A chunk names another model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import later
from harness.faults.event import string
from harness.faults.fault import manner
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ModelChanges(Edit):
    """The `model` of one chunk is another one, empty or null."""

    name: ClassVar[str] = "model_changes"
    example: ClassVar[str] = "model_changes:how=null"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "other": ("CHAT-MODEL-001",),
        "empty": ("CHAT-MODEL-001",),
        "null": ("CHAT-MODEL-001",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "second chunk with a model"

    how: str = manner(breaks_by_how, "What it is.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not later(value, stream) or not string(value.get("model")) or not stream.here():
            return False
        value["model"] = {"other": value["model"] + "-other", "empty": "", "null": None}[self.how]
        return True
