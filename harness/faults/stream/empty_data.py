"""An event has no data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import Event
from harness.faults.fault import manner
from harness.faults.mutation import Mutation
from harness.faults.wire import inserted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class EmptyData(Mutation):
    """A block with empty `data`, or with only an `event` line, comes after an event."""

    name: ClassVar[str] = "empty_data"
    example: ClassVar[str] = "empty_data:how=event"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "data": ("SSE-EVENT-001",),
        "event": ("SSE-EVENT-001",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "event with JSON"

    how: str = manner(breaks_by_how, "What the block has.")

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        block = b"data:\n\n" if self.how == "data" else b"event: keepalive\n\n"
        for event in stream:
            yield event
            if event.value and stream.here():
                yield Event(inserted(block, event.block.parts[-1].at_us))
