"""An incremental decoder of event streams (WHATWG HTML living standard, section 9.2).

Strategy: `WholeBlocks` hands out whole blocks only. Nearly every block of a model's stream has one of two
shapes, `data: X` or `event: N` and `data: X`, and all blocks of a stream have the same. So what is handed out
is split at once at blank lines that are followed by the prefix of the first block; a part that has no further
line end is such a block, and any other goes to `_parse`, which follows the standard line by line. Offsets are
sums of the lengths of the parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.errors import EventTooLarge
from harness.sse.borders import WholeBlocks, split_blocks
from harness.sse.event import SseEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFAULT_LIMIT = 64 * 1024 * 1024
"""Largest event, in bytes, unless told otherwise."""

_LF, _CR = b"\n\r"
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
        # The stream may start with a byte order mark, or the last byte was a CR, or decoding was given up.
        self._careful = True
        self._first: bytes | None = b""
        self._refusal: EventTooLarge | None = None
        self._index = 0
        self._at = 0
        self._names: dict[bytes, str] = {}

    @property
    def dispatched(self) -> int:
        """How many events a client was given so far."""
        return self._index

    def feed(self, data: bytes) -> Iterator[SseEvent]:
        """Take the next bytes of the stream, and give the events that are whole now.

        The bytes are decoded at once, whether or not the events are consumed.

        Raises:
            EventTooLarge: A block is longer than the limit. The events before it are given first; the decoder
                takes nothing more, and every further call raises the same.
        """
        if self._careful:
            whole = self._take_carefully(data)
        elif _CR in data:
            whole = self._blocks.take(data)
            self._careful = self._blocks.after_cr
        elif _LF in data:
            whole = self._blocks.take_plain(data)
        else:
            self._pending += data
            whole = b""
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
        if self._refusal:
            raise self._refusal
        rest, terminated = self._blocks.finish()
        if self._first:
            # It looked like the beginning of a byte order mark, and is the beginning of a line.
            rest, self._first = self._first, b""
            if len(rest) > self._limit:
                raise self._too_large()
        events: list[SseEvent] = []
        if rest:
            self._parse(rest, events, terminated=terminated)
        return iter(events)

    def _take_carefully(self, data: bytes) -> bytes:
        if self._refusal:
            raise self._refusal
        if self._first is not None:
            data = self._first + data
            if len(data) < len(_BOM) and _BOM.startswith(data):
                self._first = data
                return b""
            self._first = None
            if data.startswith(_BOM):
                self._at = len(_BOM)
                data = data[len(_BOM) :]
        whole = self._blocks.take(data)
        self._careful = self._blocks.after_cr
        return whole

    def _decode(self, whole: bytes, events: list[SseEvent]) -> bool:
        """Decode whole blocks; False where one exceeds the limit, after which nothing is decoded."""
        if len(whole) > self._limit:
            return self._decode_bounded(whole, events)
        blank = b"\r\n\r\n" if _CR in whole else b"\n\n"
        if whole.endswith(blank):
            if whole.startswith(b"data: "):
                self._decode_unnamed(whole, blank, events)
                return True
            if whole.startswith(b"event: "):
                self._decode_named(whole, blank, events)
                return True
        self._decode_any(whole, events)
        return True

    def _decode_bounded(self, whole: bytes, events: list[SseEvent]) -> bool:
        """As `_decode`, for bytes among which one block may exceed the limit."""
        for block in split_blocks(whole):
            if len(block) > self._limit:
                return False
            self._decode(block, events)
        return True

    def _decode_unnamed(self, whole: bytes, blank: bytes, events: list[SseEvent]) -> None:
        """Decode blocks of which the first, and probably each, is `data: X`."""
        append = events.append
        around = 6 + len(blank)
        index = self._index
        at = self._at
        for data in whole[6 : -len(blank)].split(blank + b"data: "):
            if _LF in data or _CR in data:
                self._index = index
                self._at = at
                self._decode_any(b"data: " + data + blank, events)
                index = self._index
                at = self._at
            else:
                stop = at + len(data) + around
                append(SseEvent(index, None, data, None, None, at, stop))
                index += 1
                at = stop
        self._index = index
        self._at = at

    def _decode_named(self, whole: bytes, blank: bytes, events: list[SseEvent]) -> None:
        """Decode blocks of which the first, and probably each, is `event: N` and `data: X`."""
        append = events.append
        around = 7 + len(blank)
        before_data = b"\r\ndata: " if len(blank) == 4 else b"\ndata: "
        names = self._names
        index = self._index
        at = self._at
        for block in whole[7 : -len(blank)].split(blank + b"event: "):
            head, found, data = block.partition(before_data)
            if not found or _LF in data or _CR in data or _LF in head or _CR in head:
                self._index = index
                self._at = at
                self._decode_any(b"event: " + block + blank, events)
                index = self._index
                at = self._at
            else:
                try:
                    name = names[head]
                except KeyError:
                    name = self._name(head)
                    if "\ufffd" in name and name.encode() != head:
                        self._index = index
                        self._at = at
                        self._decode_any(b"event: " + block + blank, events)
                        index = self._index
                        at = self._at
                        continue
                stop = at + len(block) + around
                append(SseEvent(index, name, data, None, None, at, stop))
                index += 1
                at = stop
        self._index = index
        self._at = at

    def _decode_any(self, whole: bytes, events: list[SseEvent]) -> None:
        for block in split_blocks(whole):
            self._parse(block, events)

    def _name(self, value: bytes) -> str:
        """The event type in the value of an `event` line, remembered for the next one."""
        name = value.decode("utf-8", "replace")
        if len(self._names) < _NAMES_KEPT and ("\ufffd" not in name or name.encode() == value):
            self._names[value] = name
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
            unusual = b"" if block in _plain(event, data) else block
            events.append(
                SseEvent(
                    self._index, event, data, event_id, retry, start, stop, dispatched, terminated, unusual
                )
            )
            self._index += dispatched

    def _too_large(self) -> EventTooLarge:
        """The error, which from now on is the answer to everything."""
        self._refusal = EventTooLarge(
            f"one server-sent event is longer than {self._limit:,} bytes",
            where=f"byte {self._at:,} of the stream, where it begins",
            expected=f"a blank line within {self._limit:,} bytes",
            hint="is this an event stream at all? If it is, decode it with a higher limit",
        )
        self._careful = True
        return self._refusal


_NOTHING: Iterator[SseEvent] = iter(())


def _plain(event: str | None, data: bytes) -> tuple[bytes, ...]:
    """The two spellings of an event's block that hold nothing else."""
    if event is None:
        return b"data: %b\n\n" % data, b"data: %b\r\n\r\n" % data
    name = event.encode("utf-8", "surrogatepass")
    return b"event: %b\ndata: %b\n\n" % (name, data), b"event: %b\r\ndata: %b\r\n\r\n" % (name, data)


def _then_raise(events: list[SseEvent], error: EventTooLarge) -> Iterator[SseEvent]:
    yield from events
    raise error
