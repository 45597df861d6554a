"""A comment follows an event with an id."""

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
class IdKeepalive(Mutation):
    """An event has an `id` line, and a comment with an empty line follows it.

    OpenAI's Python client takes the comment for an event without data, and fails.
    """

    name: ClassVar[str] = "id_keepalive"
    example: ClassVar[str] = "id_keepalive"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-ID-001", "SSE-ID-002", "SSE-COMM-002")
    wanted: ClassVar[str] = "event with JSON"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            if event.value and stream.here():
                at_us = event.block.parts[-1].at_us
                yield event.with_bytes(b"id: 1\n" + event.block.data)
                yield Event(inserted(b": ping\n\n", at_us))
            else:
                yield event
