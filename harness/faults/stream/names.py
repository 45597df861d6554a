"""The `event` line: it is missing, or says what it should not; and events that have no data beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import is_chunk
from harness.faults.event import Event, name_span
from harness.faults.fault import manner
from harness.faults.mutation import Mutation
from harness.faults.wire import inserted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.faults.mutation import Stream

_NAME_LINE = re.compile(rb"(?:^|(?<=[\r\n]))event:[^\r\n]*(?:\r\n|\r|\n)")


@dataclass(frozen=True, kw_only=True)
class OmitEventName(Mutation):
    """No event has an `event` line."""

    name: ClassVar[str] = "omit_event_name"
    example: ClassVar[str] = "omit_event_name"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-EVENT-003",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "event with a name and a type"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            data = event.block.data
            if name_span(data) is not None and event.kind and stream.here():
                yield event.with_bytes(_NAME_LINE.sub(b"", data, count=1))
            else:
                yield event


@dataclass(frozen=True, kw_only=True)
class EventNameMismatch(Mutation):
    """The `event` line of an event says something else than the `type` in its JSON."""

    name: ClassVar[str] = "event_name_mismatch"
    example: ClassVar[str] = "event_name_mismatch"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-EVENT-002",)
    wanted: ClassVar[str] = "event with a name and a type"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            span = name_span(event.block.data)
            if span is not None and event.kind and stream.here():
                yield event.with_bytes(event.block.data[: span[0]] + b"message" + event.block.data[span[1] :])
            else:
                yield event


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


@dataclass(frozen=True, kw_only=True)
class ThreadEvent(Mutation):
    """An event has a name that begins with `thread.`, as those of Assistants do.

    OpenAI's clients wrap what it says in another object.
    """

    name: ClassVar[str] = "thread_event"
    example: ClassVar[str] = "thread_event"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-EVENT-005", "SSE-EVENT-002", "SSE-EVENT-004")
    wanted: ClassVar[str] = "event with JSON"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            data = event.block.data
            span = name_span(data)
            if not event.value or not stream.here():
                yield event
            elif span is None:
                yield event.with_bytes(b"event: thread.message.delta\n" + data)
            else:
                yield event.with_bytes(data[: span[0]] + b"thread.message.delta" + data[span[1] :])


@dataclass(frozen=True, kw_only=True)
class EmptyData(Mutation):
    """A block with empty `data`, or with only an `event` line, comes after an event."""

    name: ClassVar[str] = "empty_data"
    example: ClassVar[str] = "empty_data:how=event"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "data": ("SSE-EVENT-001",),
        "event": ("SSE-EVENT-001",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "event with JSON"

    how: str = manner(breaks_by_how, "What the block has.")

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        block = b"data:\n\n" if self.how == "data" else b"event: keepalive\n\n"
        for event in stream:
            yield event
            if event.value and stream.here():
                yield Event(inserted(block, event.block.parts[-1].at_us))
