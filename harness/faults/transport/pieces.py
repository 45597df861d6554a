"""How the bytes of a body are spread over its pieces and their times; none of them changes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import NO_RESPONSE, Fault, Need, parameter, whole
from harness.faults.wire import characters, coding, last_at, with_chunks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.cassettes.exchange import Chunk, Exchange

_PIECES_PER_SECOND = 10
_SECOND_US = 1_000_000
_NOTICED_US = 500_000


@dataclass(frozen=True, kw_only=True)
class Slow(Fault):
    """The body comes over a line that carries only so many bytes a second.

    Nothing comes sooner than the pace says. A chunk that would take longer than a tenth of a second comes in
    pieces, as it would on such a line. No byte changes.
    """

    name: ClassVar[str] = "slow"
    example: ClassVar[str] = "slow:2000"
    needs: ClassVar[tuple[Need, ...]] = ("times",)
    positional: ClassVar[str | None] = "rate"

    rate: int = parameter(1000, "bytes per second", "How many bytes a second.", whole(1))

    def obstacle(self, exchange: Exchange) -> str | None:
        """There must be a body to slow down."""
        return NO_RESPONSE if exchange.response is None else None

    def delay(self, schedule: Iterable[Chunk], exchange: Exchange) -> Iterator[Chunk]:
        """Say when the line has carried each piece."""
        del exchange
        size = max(1, self.rate // _PIECES_PER_SECOND)
        free_at = 0
        carried = 0
        for chunk in schedule:
            # The line has been idle, so counting starts anew: sums of rounded times would drift.
            if chunk.at_us > free_at + carried * _SECOND_US // self.rate:
                free_at, carried = chunk.at_us, 0
            if not chunk.data:
                yield chunk._replace(at_us=free_at + carried * _SECOND_US // self.rate)
            for start in range(0, len(chunk.data), size):
                piece = chunk.data[start : start + size]
                carried += len(piece)
                yield chunk._replace(at_us=free_at + carried * _SECOND_US // self.rate, data=piece)


@dataclass(frozen=True, kw_only=True)
class HeldBack(Fault):
    """The whole body comes when its last piece does.

    Gateways and proxies that buffer do this. No byte changes; the head comes when it came.
    """

    name: ClassVar[str] = "held_back"
    example: ClassVar[str] = "held_back"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-STREAM-004",)
    needs: ClassVar[tuple[Need, ...]] = ("times",)

    def obstacle(self, exchange: Exchange) -> str | None:
        """There must be a body that came over some time."""
        if exchange.response is None:
            return NO_RESPONSE
        first = next((chunk.at_us for chunk in exchange.response.chunks), 0)
        return None if first < last_at(exchange.response.chunks) else "the body came at once as it is"

    def equivalent(self, exchange: Exchange) -> str | None:
        """Who has only the answer does not know when it could have come."""
        first = (
            next((chunk.at_us for chunk in exchange.response.chunks), 0)
            if exchange.response is not None
            else 0
        )
        took = last_at(exchange.response.chunks) - first if exchange.response is not None else 0
        return "the text took less time than anybody notices" if took < _NOTICED_US else None

    def delay(self, schedule: Iterable[Chunk], exchange: Exchange) -> Iterator[Chunk]:
        """Hold every piece until the last one is due."""
        due_us = last_at(exchange.response.chunks) if exchange.response is not None else 0
        for chunk in schedule:
            yield chunk._replace(at_us=max(chunk.at_us, due_us))


@dataclass(frozen=True, kw_only=True)
class SplitCharacter(Fault):
    """One chunk ends in the middle of a UTF-8 character.

    The chunk that holds the character is cut in two; no byte changes, so the stream stays legal, and a client
    that decodes read by read shows itself. It applies only where a character of more than one byte lies whole
    in one chunk: JSON may escape them all. A pace that cuts anew undoes it.
    """

    name: ClassVar[str] = "split_character"
    example: ClassVar[str] = "split_character:character=0"
    benign: ClassVar[bool] = True
    positional: ClassVar[str | None] = "character"

    character: int | None = parameter(
        None,
        "",
        "Which character of more than one byte; 0 is the first, -1 the last.",
        whole(),
        shown="chosen by the seed",
    )

    def obstacle(self, exchange: Exchange) -> str | None:
        """The body may have no such character."""
        if exchange.response is None:
            return NO_RESPONSE
        if coding(exchange.response) is not None:
            return "the body is compressed, so it has no characters on the wire"
        if self._border(exchange) is None:
            which = "" if self.character is None else f" {self.character}"
            return f"the body has no character{which} of more than one byte in one chunk"
        return None

    def apply(self, exchange: Exchange) -> Exchange:
        """The exchange with one more chunk boundary."""
        if exchange.response is None or self.obstacle(exchange) or (border := self._border(exchange)) is None:
            return exchange
        chunks = exchange.response.chunks
        return with_chunks(exchange, lambda: _cut_at(chunks, border))

    def _border(self, exchange: Exchange) -> int | None:
        """Where the new boundary goes, in bytes from the start of the body."""
        if exchange.response is None:
            return None
        chunks = exchange.response.chunks
        number = self.character
        if number is None or number < 0:
            count = sum(1 for _ in _places(chunks))
            if count == 0:
                return None
            number = self.choose(count, exchange.index) if number is None else number + count
        found = next(islice(_places(chunks), number, None), None) if number >= 0 else None
        if found is None:
            return None
        start, stop = found
        return start + 1 + self.choose(stop - start - 1, exchange.index, "inside")


def _places(chunks: Iterable[Chunk]) -> Iterator[tuple[int, int]]:
    position = 0
    for chunk in chunks:
        for start, stop in characters(chunk.data):
            yield position + start, position + stop
        position += len(chunk.data)


def _cut_at(chunks: Iterable[Chunk], border: int) -> Iterator[Chunk]:
    position = 0
    for chunk in chunks:
        inside = border - position
        position += len(chunk.data)
        if 0 < inside < len(chunk.data):
            yield chunk._replace(data=chunk.data[:inside])
            yield chunk._replace(data=chunk.data[inside:])
        else:
            yield chunk
