"""Data is JSON, and no object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import Event
from harness.faults.fault import manner
from harness.faults.mutation import Mutation
from harness.faults.wire import inserted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class JsonNotObject(Mutation):
    """An event comes whose JSON is null, a list or a string."""

    name: ClassVar[str] = "json_not_object"
    example: ClassVar[str] = "json_not_object:how=string"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "null": ("SSE-JSON-002",),
        "list": ("SSE-JSON-002",),
        "string": ("SSE-JSON-002",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "event with JSON"

    how: str = manner(breaks_by_how, "What it is.")

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        data = {"null": b"null", "list": b"[]", "string": b'"ping"'}[self.how]
        for event in stream:
            yield event
            if event.value and stream.here():
                yield Event(inserted(b"data: " + data + b"\n\n", event.block.parts[-1].at_us))
