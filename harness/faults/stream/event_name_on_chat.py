"""Chunks have a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import is_chunk
from harness.faults.event import name_span
from harness.faults.mutation import Mutation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class EventNameOnChat(Mutation):
    """Every chunk of a Chat Completions stream has an `event` line."""

    name: ClassVar[str] = "event_name_on_chat"
    example: ClassVar[str] = "event_name_on_chat"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-EVENT-004",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "chunk"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            if is_chunk(event.value) and name_span(event.block.data) is None and stream.here():
                yield event.with_bytes(b"event: chunk\n" + event.block.data)
            else:
                yield event
