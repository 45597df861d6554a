"""The stream goes on after its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Addition
from harness.faults.responses.items import DONE, terminal

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class EventAfterTerminal(Addition):
    """The last event of an item comes again after the terminal event."""

    name: ClassVar[str] = "event_after_terminal"
    example: ClassVar[str] = "event_after_terminal"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-LIFE-006", "RESP-ITEM-013", "RESP-ITEM-014")
    wanted: ClassVar[str] = "terminal event after an item"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        if value.get("type") == DONE:
            stream.notes["last"] = value
        return [dict(stream.notes["last"])] if terminal(value) and "last" in stream.notes else []
