"""The events of a recorded body, each with when and in which chunks it came, for drawing and comparing."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from harness.cassettes.content_coding import decoded_chunks
from harness.cassettes.exchange import Headers, Response, header
from harness.sse.decoder import Decoder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.cassettes.exchange import Chunk
    from harness.sse.event import SseEvent

_FIELDS = (b"data:", b"event:", b"id:", b"retry:", b":")


class TimedEvent(NamedTuple):
    """One block of an event stream, and how it came.

    Args:
        event: The block; offsets count decoded bytes, which are the wire's unless the body is compressed.
        raw: The block's bytes.
        at_us: When its last byte came, in microseconds since the response's head.
        first: Number of the chunk that brought its first byte.
        last: Number of the chunk that brought its last byte.
    """

    event: SseEvent
    raw: bytes
    at_us: int
    first: int
    last: int

    @property
    def comments(self) -> list[bytes]:
        """Its comment lines, without the colon."""
        return [line[1:].strip() for line in self.raw.splitlines() if line.startswith(b":")]


def is_event_stream(response: Response) -> bool:
    """Whether a body is to be read as an event stream: its head says so, or its first bytes do."""
    kind = header(response.headers, "content-type")
    if kind is not None:
        return kind.partition(";")[0].strip().lower() == "text/event-stream"
    first = next((chunk.data for chunk in response.chunks if chunk.data), b"")
    return first.removeprefix(b"\xef\xbb\xbf").startswith(_FIELDS)


def timed_events(headers: Headers, chunks: Iterable[Chunk]) -> Iterator[TimedEvent]:
    """Decode a body and give every block of it, also those that a client does not see.

    Memory holds one block and the chunks that it spans.

    Raises:
        CodingError: The body is not in the content coding that its head names.
        EventTooLarge: One block is longer than the decoder's limit.
    """
    decoder = Decoder(every_block=True)
    borders: deque[tuple[int, int, int]] = (
        deque()
    )  # where a chunk ends in the decoded body, its number, its time
    held = bytearray()
    held_from = total = 0

    def timed(event: SseEvent) -> TimedEvent:
        nonlocal held_from
        while borders[0][0] <= event.start and len(borders) > 1:
            borders.popleft()
        first = borders[0][1]
        _, last, at_us = next(border for border in borders if border[0] >= event.stop)
        raw = bytes(held[event.start - held_from : event.stop - held_from])
        del held[: event.stop - held_from]
        held_from = event.stop
        return TimedEvent(event, raw, at_us, first, last)

    for number, chunk in enumerate(decoded_chunks(headers, chunks)):
        if not chunk.data:
            continue
        total += len(chunk.data)
        held += chunk.data
        borders.append((total, number, chunk.at_us))
        for event in decoder.feed(chunk.data):
            yield timed(event)
    for event in decoder.finish():
        yield timed(event)
