"""The second choice begins first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ChoiceOrder(Edit):
    """Of several choices, the first two have changed their `index`, so that 1 comes before 0.

    OpenAI's clients number choices by arrival and mix them up.
    """

    name: ClassVar[str] = "choice_order"
    example: ClassVar[str] = "choice_order"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-CHOICE-005", "XLAT-N-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "second choice"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if choice.get("index") in [0, 1] and _several(stream)]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["index"] = 1 - choice["index"]
        return True


def _several(stream: Stream) -> bool:
    wanted = stream.request.get("n")
    return type(wanted) is int and wanted > 1
