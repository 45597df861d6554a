"""A chunk has the whole message too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, text
from harness.faults.fault import manner
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ChoiceMessage(Edit):
    """A choice of a chunk has a `message` or `text` beside its delta, as whole answers have."""

    name: ClassVar[str] = "choice_message"
    example: ClassVar[str] = "choice_message:how=text"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "message": ("CHAT-CHOICE-007",),
        "text": ("CHAT-CHOICE-007",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "chunk with a choice"

    how: str = manner(breaks_by_how, "Which key it has.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not choices(value) or not stream.here():
            return False
        for choice in choices(value):
            words = text(choice)
            choice[self.how] = words if self.how == "text" else {"role": "assistant", "content": words}
        return True
