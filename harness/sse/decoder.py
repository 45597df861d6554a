"""An incremental decoder of event streams (WHATWG HTML living standard, section 9.2).

Strategy: `WholeBlocks` hands out whole blocks only. Nearly every block of a model's stream has one of two
shapes, `data: X` and `event: N` + `data: X`, so these two are recognised by their first bytes and cut out
with slices; any other block goes to `_parse`, which follows the standard line by line. That is also why
offsets cost nothing: they are sums of the lengths of blocks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.errors import EventTooLarge
from harness.sse.borders import WholeBlocks, split_blocks
from harness.sse.event import SseEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEFAULT_LIMIT = 64 * 1024 * 1024
"""Largest event, in bytes, unless told otherwise."""

_BOM = b"\xef\xbb\xbf"
_NAMES_KEPT = 256  # a stream has a few dozen event types; a hostile one must not fill the memory
_RETRY_DIGITS = 640  # what `int` converts under every setting of sys.set_int_max_str_digits


class Decoder:
    """Turns the bytes of an event stream into events, whatever the reads in which they come.

    LF, CR and CRLF end a line, also mixed, also when a CRLF is split over two reads. A byte order mark is
    skipped at the start of the stream and nowhere else. What is decoded, offsets included, does not depend on
    how the stream was cut; only when it is handed out does: an event whose blank line ends with a CR at the
    end of a read is handed out with the next byte or at `finish()`, because an LF may follow that is part of
    it. Arbitrary bytes are decoded without an error.

    Args:
        limit: Largest block in bytes, its blank line included.
        every_block: Also hand out, with `dispatched=False`, the blocks that a client does not see: those
            without a `data` line, be it that they hold comments or other fields only, or that they are one
            superfluous blank line. The blocks then cover the stream without a gap, but for a byte order mark.
    """

    def __init__(self, limit: int = DEFAULT_LIMIT, *, every_block: bool = False) -> None:
        self._limit = limit
        self._every_block = every_block
        self._blocks = WholeBlocks()
        self._pending = self._blocks.pending
        # One way to take bytes for each state, so that reading need not ask in which state it is.
        self._take: Callable[[bytes], bytes] = self._take_first
        self._first = b""
        self._index = 0
        self._at = 0
        self._names: dict[bytes, str] = {}

    def feed(self, data: bytes) -> Iterator[SseEvent]:
        """Take the next bytes of the stream, and give the events that are whole now.

        The bytes are decoded at once, whether or not the events are consumed.

        Raises:
            EventTooLarge: A block is longer than the limit. The events before it are given first; the decoder
                takes nothing more, and every further call raises the same.
        """
        whole = self._take(data)
        if not whole:
            if len(self._pending) > self._limit:
                raise self._too_large()
            return _NOTHING
        events: list[SseEvent] = []
        if not self._decode(whole, events) or len(self._pending) > self._limit:
            return _then_raise(events, self._too_large())
        return iter(events)

    def finish(self) -> Iterator[SseEvent]:
        """End the stream, and give what is left: at most one event.

        A block without its blank line is given with `terminated=False` and `dispatched=False`, as no client
        sees it, with whatever its lines hold, the last one included even if it has no end.

        Raises:
            EventTooLarge: As in `feed`.
        """
        # What looked like the beginning of a byte order mark was none, so it was the beginning of a line.
        first, self._first = self._first, b""
        rest = first or self._take(b"") + self._blocks.finish()
        events: list[SseEvent] = []
        blocks = split_blocks(rest)
        for block in blocks:
            self._parse(block, events)
        tail = rest[sum(map(len, blocks)) :]
        if tail:
            self._parse(tail, events, terminated=False)
        return iter(events)

    def _take_first(self, data: bytes) -> bytes:
        """Take bytes until it is clear whether the stream starts with a byte order mark."""
        data = self._first + data
        if len(data) < len(_BOM) and _BOM.startswith(data):
            self._first = data
            return b""
        self._first = b""
        self._take = self._blocks.take
        if data.startswith(_BOM):
            self._at = len(_BOM)
            data = data[len(_BOM) :]
        return self._blocks.take(data)

    def _decode(self, whole: bytes, events: list[SseEvent]) -> bool:
        """Decode whole blocks; False where one exceeds the limit, after which nothing is decoded."""
        line_end = b"\r\n" if b"\r" in whole else b"\n"
        blank = line_end * 2
        raws = whole.split(blank)
        # Only pairs of the same line end were split at; other blocks, and superfluous blank lines, are in here.
        last = raws.pop()
        if len(whole) > self._limit and max(map(len, (*raws, last))) + len(blank) > self._limit:
            return self._decode_bounded(whole, events)
        append = events.append
        names = self._names
        index = self._index
        at = self._at
        ends = len(blank)
        crlf = ends == 4
        for raw in raws:
            stop = at + len(raw) + ends
            if raw.startswith(b"data: "):
                if b"\n" not in raw and not (crlf and b"\r" in raw):
                    append(SseEvent(index, None, raw[6:], None, None, at, stop))
                    index += 1
                    at = stop
                    continue
            elif raw.startswith(b"event: "):
                head, _, rest = raw.partition(line_end)
                if rest.startswith(b"data: ") and b"\n" not in rest and not (crlf and b"\r" in rest):
                    name = names.get(head) or self._name(head)
                    if name is not None:
                        append(SseEvent(index, name, rest[6:], None, None, at, stop))
                        index += 1
                        at = stop
                        continue
            self._index = index
            self._at = at
            for block in split_blocks(raw + blank):
                self._parse(block, events)
            index = self._index
            at = self._at
        self._index = index
        self._at = at
        if last:
            for block in split_blocks(last):
                self._parse(block, events)
        return True

    def _decode_bounded(self, whole: bytes, events: list[SseEvent]) -> bool:
        """As `_decode`, for bytes among which one block may exceed the limit."""
        for block in split_blocks(whole):
            if len(block) > self._limit:
                return False
            self._decode(block, events)
        return True

    def _name(self, head: bytes) -> str | None:
        """The event type in an `event: ` line, remembered; None where the line is in truth several."""
        if b"\n" in head or b"\r" in head:
            return None
        name = head[7:].decode("utf-8", "replace")
        if len(self._names) < _NAMES_KEPT:
            self._names[head] = name
        return name

    def _parse(self, block: bytes, events: list[SseEvent], *, terminated: bool = True) -> None:
        """Interpret one block line by line, as the standard describes it."""
        event: str | None = None
        event_id: str | None = None
        retry: int | None = None
        values: list[bytes] = []
        for line in block.splitlines():
            field, _, value = line.partition(b":")
            value = value.removeprefix(b" ")
            if field == b"data":
                values.append(value)
            elif field == b"event":
                event = value.decode("utf-8", "replace")
            elif field == b"id":
                if b"\0" not in value:
                    event_id = value.decode("utf-8", "replace")
            elif field == b"retry" and value.isdigit() and len(value) <= _RETRY_DIGITS:
                retry = int(value)
        start = self._at
        self._at = stop = start + len(block)
        dispatched = terminated and bool(values)
        if dispatched or self._every_block or not terminated:
            data = b"\n".join(values)
            events.append(
                SseEvent(self._index, event, data, event_id, retry, start, stop, dispatched, terminated)
            )
            self._index += dispatched

    def _too_large(self) -> EventTooLarge:
        """The error, which from now on is the answer to everything."""
        error = EventTooLarge(
            f"one server-sent event is longer than {self._limit:,} bytes",
            where=f"byte {self._at:,} of the stream, where it begins",
            expected=f"a blank line within {self._limit:,} bytes",
            hint="is this an event stream at all? If it is, decode it with a higher limit",
        )

        def refuse(_data: bytes) -> bytes:
            raise error

        self._take = refuse
        return error


_NOTHING: Iterator[SseEvent] = iter(())


def _then_raise(events: list[SseEvent], error: EventTooLarge) -> Iterator[SseEvent]:
    yield from events
    raise error
