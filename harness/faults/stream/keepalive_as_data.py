"""A comment comes as data."""

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
class KeepaliveAsData(Mutation):
    """A `data` line holds what should be a comment."""

    name: ClassVar[str] = "keepalive_as_data"
    example: ClassVar[str] = "keepalive_as_data"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-COMM-001", "SSE-JSON-001", "XLAT-KEEP-001")
    wanted: ClassVar[str] = "event with JSON"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            yield event
            if event.value and stream.here():
                yield Event(inserted(b"data: : keepalive\n\n", event.block.parts[-1].at_us))
