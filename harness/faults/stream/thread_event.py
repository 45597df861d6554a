"""An event is named as those of another interface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import name_span
from harness.faults.mutation import Mutation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ThreadEvent(Mutation):
    """An event has a name that begins with `thread.`, as those of Assistants do.

    OpenAI's clients wrap what it says in another object.
    """

    name: ClassVar[str] = "thread_event"
    example: ClassVar[str] = "thread_event"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-EVENT-005", "SSE-EVENT-002", "SSE-EVENT-004")
    wanted: ClassVar[str] = "event with JSON"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            data = event.block.data
            span = name_span(data)
            if not event.value or not stream.here():
                yield event
            elif span is None:
                yield event.with_bytes(b"event: thread.message.delta\n" + data)
            else:
                yield event.with_bytes(data[: span[0]] + b"thread.message.delta" + data[span[1] :])
