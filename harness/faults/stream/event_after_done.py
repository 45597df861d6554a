"""The stream goes on after `[DONE]`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Mutation
from harness.faults.wire import is_done

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class EventAfterDone(Mutation):
    """An event with JSON comes again after `[DONE]`."""

    name: ClassVar[str] = "event_after_done"
    example: ClassVar[str] = "event_after_done"
    breaks: ClassVar[tuple[str, ...]] = (
        "SSE-DONE-002",
        "SSE-DONE-001",
        "CHAT-USE-001",
        "CHAT-USE-009",
        "CHAT-FIN-001",
        "RESP-LIFE-006",
    )
    wanted: ClassVar[str] = "[DONE] after an event with JSON"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        last: Event | None = None
        for event in stream:
            yield event
            if is_done(event.block.data) and last is not None and stream.here():
                yield event.like(last.value)
            last = event if event.value else last
