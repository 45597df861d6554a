"""The lines of a block and what separates blocks: fields, ids, comments, spaces and blank lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import Event
from harness.faults.events import KindFault
from harness.faults.mutation import Mutation
from harness.faults.wire import data_spans, inserted, left, payload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Exchange
    from harness.faults.mutation import Stream
    from harness.faults.wire import Block

_BLOCK_ENDS = (b"\r\n\r\n", b"\n\n", b"\r\r")
_DATA_SPACE = re.compile(rb"(?:^|(?<=[\r\n]))data: (?! )")


@dataclass(frozen=True, kw_only=True)
class GluedEvents(Mutation):
    """One newline is between two events, and not an empty line."""

    name: ClassVar[str] = "glued_events"
    example: ClassVar[str] = "glued_events"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-FRAME-002",)
    wanted: ClassVar[str] = "event with JSON right before another"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        held: Event | None = None
        for event in stream:
            if held is not None:
                data = held.block.data
                glued = event.value and held.value and data.endswith(b"\n\n") and stream.here()
                yield held.with_bytes(data[:-1]) if glued else held
            held = event
        if held is not None:
            yield held


@dataclass(frozen=True, kw_only=True)
class OmitLastBlankLine(KindFault):
    """The last event is not ended by a blank line.

    Its last line keeps its line end, and blank lines that come after the event go too. By WHATWG's rules a
    client must not deliver such an event, and all three big SDKs lose it.
    """

    name: ClassVar[str] = "omit_last_blank_line"
    example: ClassVar[str] = "omit_last_blank_line"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-FRAME-001",)
    wanted: ClassVar[str] = "event that ends with a blank line"

    def matches(self, block: bytes) -> bool:
        """Whether it is an event, and ends as it should."""
        return bool(block.strip(b"\r\n")) and block.endswith(_BLOCK_ENDS)

    def edit(self, blocks: Iterator[Block], last: int) -> Iterator[Block]:
        """Shorten the last one, and end there unless something but blank lines follows."""
        for number, block in enumerate(blocks):
            data = block.data
            if number == last:
                end = next(end for end in _BLOCK_ENDS if data.endswith(end))
                yield block.resized(data[: len(data) - len(end) // 2])
            elif number < last or data.strip(b"\r\n"):
                yield block

    def equivalent(self, exchange: Exchange) -> str | None:
        """A client that left may have missed the line."""
        return left(exchange)


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


@dataclass(frozen=True, kw_only=True)
class OmitSpace(Mutation):
    """No `data` line has a space after its colon.

    Legal, but clients that cut six bytes off break.
    """

    name: ClassVar[str] = "omit_space"
    example: ClassVar[str] = "omit_space"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-FRAME-005",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "data line with a space"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            data = event.block.data
            new = _DATA_SPACE.sub(b"data:", data)
            yield event.with_bytes(new) if new != data and stream.here() else event


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


@dataclass(frozen=True, kw_only=True)
class RetryBlock(Mutation):
    """A block with nothing but `retry` comes after an event."""

    name: ClassVar[str] = "retry_block"
    example: ClassVar[str] = "retry_block"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-RETRY-001",)
    wanted: ClassVar[str] = "event with JSON"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            yield event
            if event.value and stream.here():
                yield Event(inserted(b"retry: 1000\n\n", event.block.parts[-1].at_us))


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
