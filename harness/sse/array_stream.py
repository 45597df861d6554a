"""A stream that is one JSON array, element by element, as Gemini sends it where `alt=sse` was not asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from harness.errors import EventTooLarge
from harness.sse.decoder import DEFAULT_LIMIT, Decoder
from harness.sse.event import SseEvent

if TYPE_CHECKING:
    from collections.abc import Iterable

_BOM = b"\xef\xbb\xbf"
_SPACE = b" \t\r\n"
# Over everything else, whole strings included, to the next bracket, or to a string that is not whole yet.
_OUTSIDE = re.compile(rb'(?s)(?:[^"{}\[\]]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+(["{}\[\]])')
_INSIDE = re.compile(rb'["\\]')


class ArrayDecoder:
    """Hands out the elements of an array as events, while the array comes in.

    An element is an object; anything else between the brackets is handed out as it stands, for the rules on payloads
    to see. Offsets are those of the element itself. What follows the array is handed out too, and so is an element
    that was cut, which is not terminated.

    Args:
        limit: Largest element, in bytes.

    Attributes:
        dispatched: How many elements were handed out.
    """

    def __init__(self, limit: int) -> None:
        self.dispatched = 0
        self._limit = limit
        self._rest = bytearray()
        self._at = 0  # offset in the stream of the first byte of the rest
        self._scanned = 0
        self._depth = 0
        self._in_string = False

    def feed(self, data: bytes) -> list[SseEvent]:  # noqa: C901, PLR0912 - one scan, which a reader follows best in one piece
        """Take the next bytes, and give the elements that are whole now.

        Raises:
            EventTooLarge: An element is longer than the limit.
        """
        rest = self._rest
        rest += data
        events: list[SseEvent] = []
        begun = 0  # what lies before it has been handed out, or is nothing
        position = self._scanned
        while True:
            found = _INSIDE.search(rest, position) if self._in_string else _OUTSIDE.match(rest, position)
            if found is None:
                position = len(rest)
                break
            position = found.end()
            sign = rest[position - 1 : position]
            if self._in_string:
                if sign == b'"':
                    self._in_string = False
                elif position < len(rest):
                    position += 1  # whatever is escaped is not the end of the string
                else:
                    position -= 1  # what is escaped comes with the next bytes
                    break
            elif sign == b'"':
                self._in_string = True
            elif sign in b"{[":
                self._depth += 1
                if self._depth == 1 or (self._depth == 2 and sign == b"{"):
                    self._between(rest, begun, position - 1, events)
                    begun = position if self._depth == 1 else position - 1
            else:
                self._depth = max(self._depth - 1, 0)
                if self._depth == 1 and sign == b"}":
                    self._give(rest, begun, position, events)
                    begun = position
                elif self._depth == 0:
                    self._between(rest, begun, position - 1, events)
                    begun = position
        del rest[:begun]
        self._at += begun
        self._scanned = position - begun
        if len(rest) > self._limit:
            message = f"one element of the array is longer than {self._limit:,} bytes"
            raise EventTooLarge(message, where=f"byte {self._at:,} of the body, where it begins")
        return events

    def finish(self) -> list[SseEvent]:
        """End the body, and give what is left of it."""
        events: list[SseEvent] = []
        self._between(self._rest, 0, len(self._rest), events)
        self._rest.clear()
        if events and self._depth > 1:
            self.dispatched -= 1
            events[-1] = msgspec.structs.replace(events[-1], dispatched=False, terminated=False)
        return events

    def _between(self, rest: bytearray, start: int, stop: int, events: list[SseEvent]) -> None:
        """Hand out what stands between two elements, if it is more than a comma."""
        text = bytes(rest[start:stop])
        bare = text.strip(_SPACE + b",").removeprefix(_BOM)
        if bare:
            start += text.index(bare)
            self._give(rest, start, start + len(bare), events)

    def _give(self, rest: bytearray, start: int, stop: int, events: list[SseEvent]) -> None:
        data = bytes(rest[start:stop])
        events.append(SseEvent(self.dispatched, None, data, None, None, self._at + start, self._at + stop))
        self.dispatched += 1


class StreamOrArray:
    """Decodes an event stream, or an array if the first byte that is no white space is a `[`.

    Args:
        limit: Largest event or element, in bytes.
        every_block: Of an event stream, also hand out what a client does not see (see `Decoder`).
    """

    def __init__(self, limit: int = DEFAULT_LIMIT, *, every_block: bool = False) -> None:
        self._limit = limit
        self._every_block = every_block
        self._chosen: Decoder | ArrayDecoder | None = None
        self._waiting = b""

    @property
    def dispatched(self) -> int:
        """How many events or elements were handed out."""
        return self._chosen.dispatched if self._chosen is not None else 0

    def feed(self, data: bytes) -> Iterable[SseEvent]:
        """Take the next bytes.

        Raises:
            EventTooLarge: As both of them do.
        """
        if self._chosen is None:
            data = self._waiting + data
            text = data.removeprefix(_BOM).lstrip(_SPACE)
            if (not text or _BOM.startswith(text)) and len(data) < self._limit:
                self._waiting = data
                return ()
            self._chosen = self._choose(text)
        return self._chosen.feed(data)

    def finish(self) -> Iterable[SseEvent]:
        """End the body.

        Raises:
            EventTooLarge: As both of them do.
        """
        if self._chosen is None:
            self._chosen = Decoder(self._limit, every_block=self._every_block)
            return [*self._chosen.feed(self._waiting), *self._chosen.finish()]
        return self._chosen.finish()

    def _choose(self, text: bytes) -> Decoder | ArrayDecoder:
        return (
            ArrayDecoder(self._limit)
            if text[:1] == b"["
            else Decoder(self._limit, every_block=self._every_block)
        )
