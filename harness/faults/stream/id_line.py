"""Events have ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Mutation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class IdLine(Mutation):
    """Every event has an `id` line."""

    name: ClassVar[str] = "id_line"
    example: ClassVar[str] = "id_line"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-ID-001",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "event with JSON"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            if event.value and stream.here():
                yield event.with_bytes(b"id: %d\n" % stream.places + event.block.data)
            else:
                yield event
