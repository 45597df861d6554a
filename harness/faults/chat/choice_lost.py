"""A choice that was asked for never comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, usage
from harness.faults.mutation import Mutation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ChoiceLost(Mutation):
    """Of several choices, the second is left out."""

    name: ClassVar[str] = "choice_lost"
    example: ClassVar[str] = "choice_lost"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-CHOICE-006", "XLAT-N-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "second choice"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            kept = [choice for choice in choices(event.value) if choice.get("index") != 1]
            if len(kept) == len(choices(event.value)) or not stream.here():
                yield event
            elif kept or usage(event.value):
                event.value["choices"] = kept
                yield event.rewritten()
