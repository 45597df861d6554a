"""One JSON document comes in two lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Mutation
from harness.faults.wire import data_spans

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class MultiLineData(Mutation):
    """The JSON of an event is on two `data` lines.

    Legal, but clients that read line by line break.
    """

    name: ClassVar[str] = "multi_line_data"
    example: ClassVar[str] = "multi_line_data"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-FRAME-003",)
    wanted: ClassVar[str] = "event with JSON on one line"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            data = event.block.data
            spans = data_spans(data)
            if event.value and len(spans) == 1 and stream.here():
                place = data.index(b"{", spans[0][0]) + 1
                yield event.with_bytes(data[:place] + b"\ndata: " + data[place:])
            else:
                yield event
