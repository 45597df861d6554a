"""A line has a field that nobody knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Mutation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class UnknownLine(Mutation):
    """A block has a line `foo: bar`.

    Legal: a client must skip it.
    """

    name: ClassVar[str] = "unknown_line"
    example: ClassVar[str] = "unknown_line"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-FIELD-001",)
    wanted: ClassVar[str] = "event with JSON"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            yield (
                event.with_bytes(b"foo: bar\n" + event.block.data) if event.value and stream.here() else event
            )
