"""A block says only when to try again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import Event
from harness.faults.mutation import Mutation
from harness.faults.wire import inserted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class RetryBlock(Mutation):
    """A block with nothing but `retry` comes after an event."""

    name: ClassVar[str] = "retry_block"
    example: ClassVar[str] = "retry_block"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-RETRY-001",)
    wanted: ClassVar[str] = "event with JSON"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            yield event
            if event.value and stream.here():
                yield Event(inserted(b"retry: 1000\n\n", event.block.parts[-1].at_us))
