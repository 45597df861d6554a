"""An object has a key twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import encode
from harness.faults.mutation import Mutation
from harness.faults.wire import data_spans

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class DuplicateKeys(Mutation):
    """The first key of an event's JSON comes twice, with the same value."""

    name: ClassVar[str] = "duplicate_keys"
    example: ClassVar[str] = "duplicate_keys"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-JSON-003",)
    wanted: ClassVar[str] = "event with JSON"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            data = event.block.data
            if event.value and stream.here():
                name, one = next(iter(event.value.items()))
                place = data.index(b"{", data_spans(data)[0][0]) + 1
                yield event.with_bytes(data[:place] + encode({name: one})[1:-1] + b"," + data[place:])
            else:
                yield event
