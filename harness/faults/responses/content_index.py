"""Parts are not counted right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.fault import manner
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ContentIndex(Edit):
    """The `content_index` grows with every delta, is -1, or too high."""

    name: ClassVar[str] = "content_index"
    example: ClassVar[str] = "content_index:how=high"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "grows": ("RESP-PART-002", "RESP-PART-001"),
        "minus": ("RESP-PART-002",),
        "high": ("RESP-PART-002",),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "event with a content_index"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        number = value.get("content_index")
        delta = string(value.get("type")).endswith(".delta")
        if type(number) is not int or (self.how == "grows" and not delta):
            return False
        if self.how == "grows":
            seen = stream.notes.get("deltas", 0)
            stream.notes["deltas"] = seen + 1
            if not seen or not stream.here():
                return False
            value["content_index"] += seen
            return True
        if not stream.here():
            return False
        value["content_index"] += -1 if self.how == "minus" else 5
        return True
