"""Places between two bytes, two chunks or two events, and the faults that happen at one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from harness.cassettes.exchange import Ending, How
from harness.faults.fault import NO_RESPONSE, Fault, parameter, whole
from harness.faults.wire import LazyChunks, blocks_of, last_at, no_events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from harness.cassettes.exchange import Chunk, Exchange

END = "end"
UNITS = ("byte", "chunk", "event")

_whole = whole()


def _border(text: str) -> int | str:
    if text == END:
        return END
    try:
        return _whole(text)
    except ValueError:
        message = "a whole number (negative counts from the end), or end"
        raise ValueError(message) from None


def border(unit: str) -> Any:
    """A setting that names a place by the number of units in front of it."""
    meaning = f"After so many {unit}s; a negative number leaves so many out, and `end` is after the last one."
    return parameter(None, f"{unit}s", meaning, _border, shown="not given")


@dataclass(frozen=True, kw_only=True)
class BorderFault(Fault):
    """A fault that happens between two bytes of the wire, given as a number of bytes, chunks or events.

    `event=7` is the place after seven events and in front of event 7, where the first is event 0. Without any
    of the three the seed chooses a byte inside the body.
    """

    byte: int | str | None = border("byte")
    chunk: int | str | None = border("chunk")
    event: int | str | None = border("event")

    def __post_init__(self) -> None:
        """Refuse two places."""
        if len([unit for unit in UNITS if getattr(self, unit) is not None]) > 1:
            raise self.refuse("only one of byte, chunk and event can say where")

    def _where(self) -> tuple[str, int | str | None]:
        for unit in UNITS:
            if (value := getattr(self, unit)) is not None:
                return unit, value
        return "byte", None

    def obstacle(self, exchange: Exchange) -> str | None:
        """The stream may be shorter than the place, or have no events that can be told apart."""
        if exchange.response is None:
            return NO_RESPONSE
        unit, _ = self._where()
        if unit == "event" and (why := no_events(exchange.response)):
            return why
        if self.offset(exchange) is None:
            return f"the body has no place {self}"
        return None

    def offset(self, exchange: Exchange) -> int | None:
        """The place as a number of bytes of the recorded body; None where there is no such place."""
        if exchange.response is None:
            return None
        chunks = exchange.response.chunks
        unit, value = self._where()
        if value is None:
            total = sum(len(chunk.data) for chunk in chunks)
            return None if total == 0 else 1 + self.choose(total - 1, exchange.index) if total > 1 else 0
        if unit == "byte":
            return _byte_offset(chunks, value)
        return _unit_offset(lambda: _lengths(chunks, unit), value)


def _byte_offset(chunks: Iterable[Chunk], value: int | str) -> int | None:
    """A byte's place: counted, and no further than it lies."""
    position = 0
    for chunk in chunks:
        position += len(chunk.data)
        if isinstance(value, int) and 0 <= value <= position:
            return value
    place = _from_start(value, position)
    return place if 0 <= place <= position else None


def _unit_offset(lengths: Callable[[], Iterator[int]], value: int | str) -> int | None:
    """The place in front of so many chunks or events; a place seen from the end takes a pass more."""
    from_end = isinstance(value, str) or value < 0
    count = _from_start(value, sum(1 for _ in lengths()) if from_end else 0)
    if count < 0:
        return None
    found = 0
    offset = 0
    for length in islice(lengths(), count):
        found += 1
        offset += length
    return offset if found == count else None


def _from_start(value: int | str, total: int) -> int:
    if isinstance(value, str):
        return total
    return value if value >= 0 else total + value


def _lengths(chunks: Iterable[Chunk], unit: str) -> Iterator[int]:
    if unit == "chunk":
        return (len(chunk.data) for chunk in chunks)
    return (sum(len(part.data) for part in block.parts) for block in blocks_of(chunks))


def up_to(chunks: Iterable[Chunk], offset: int) -> Iterator[Chunk]:
    """The first `offset` bytes of a body, in the chunks in which they came."""
    left = offset
    for chunk in chunks:
        if left <= 0:
            return
        yield chunk if len(chunk.data) <= left else chunk._replace(data=chunk.data[:left])
        left -= len(chunk.data)


def broken(exchange: Exchange, offset: int, how: How, exception: str, message: str) -> Exchange:
    """The exchange with a body that breaks off after `offset` bytes.

    The content-length stays as it was sent: a client that was promised more bytes than came is the point.
    """
    response = exchange.response
    if response is None:
        return exchange
    chunks = response.chunks
    body = LazyChunks(lambda: up_to(chunks, offset))
    ending = Ending(how, last_at(body), exception, message)
    return replace(exchange, response=replace(response, chunks=body, trailers=()), ending=ending)
