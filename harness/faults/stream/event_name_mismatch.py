"""The name of an event is not its type."""

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
class EventNameMismatch(Mutation):
    """The `event` line of an event says something else than the `type` in its JSON."""

    name: ClassVar[str] = "event_name_mismatch"
    example: ClassVar[str] = "event_name_mismatch"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-EVENT-002",)
    wanted: ClassVar[str] = "event with a name and a type"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            span = name_span(event.block.data)
            if span is not None and event.kind and stream.here():
                yield event.with_bytes(event.block.data[: span[0]] + b"message" + event.block.data[span[1] :])
            else:
                yield event
