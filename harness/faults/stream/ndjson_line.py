"""An event comes as bare JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Mutation
from harness.faults.wire import payload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class NdjsonLine(Mutation):
    """The JSON of an event is a line of its own, without `data:`."""

    name: ClassVar[str] = "ndjson_line"
    example: ClassVar[str] = "ndjson_line"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-FIELD-002", "RESP-SEQ-003", "HTTP-CT-002")
    wanted: ClassVar[str] = "event with JSON"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            data = event.block.data
            if event.value and stream.here():
                yield event.with_bytes(payload(data).replace(b"\n", b"") + b"\n\n")
            else:
                yield event
