"""Two events are one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Mutation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class GluedEvents(Mutation):
    """One newline is between two events, and not an empty line."""

    name: ClassVar[str] = "glued_events"
    example: ClassVar[str] = "glued_events"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-FRAME-002",)
    wanted: ClassVar[str] = "event with JSON right before another"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        held: Event | None = None
        for event in stream:
            if held is not None:
                data = held.block.data
                glued = event.value and held.value and data.endswith(b"\n\n") and stream.here()
                yield held.with_bytes(data[:-1]) if glued else held
            held = event
        if held is not None:
            yield held
