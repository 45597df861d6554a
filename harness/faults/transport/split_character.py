"""A read ends in the middle of a character."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import NO_RESPONSE, Fault, parameter, whole
from harness.faults.wire import characters, coding, with_chunks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.cassettes.exchange import Chunk, Exchange


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
