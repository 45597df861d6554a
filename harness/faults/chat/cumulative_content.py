"""Each delta holds all text so far."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, finish, text, values
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream

_ENOUGH = 4
_MANY = 1000


@dataclass(frozen=True, kw_only=True)
class CumulativeContent(Edit):
    """The `content` of every delta is all the text so far, and not what is new."""

    name: ClassVar[str] = "cumulative_content"
    example: ClassVar[str] = "cumulative_content"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-CONT-002", "CHAT-LOGP-001", "XLAT-TEXT-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "second delta with text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        edited = False
        for choice in choices(value):
            if words := text(choice):
                index = repr(choice.get("index"))
                before = stream.notes.get(index, "")
                stream.notes[index] = before + words
                if before and stream.here():
                    choice["delta"]["content"] = before + words
                    edited = True
        return edited

    def equivalent(self, exchange: Exchange) -> str | None:
        """Who does not know the text cannot tell from a few deltas, nor before the choice has ended."""
        counts: Counter[str] = Counter()
        for value in values(exchange):
            for choice in choices(value):
                index = repr(choice.get("index"))
                counts[index] += bool(text(choice)) + (_MANY if finish(choice) else 0)
        if max(counts.values(), default=0) < _ENOUGH + _MANY:
            return "too little text comes, or the choice never ends: it may repeat itself"
        return None
