"""A bit of an event's JSON is flipped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.events import EventFault
from harness.faults.wire import data_spans, payload
from harness.jsonvalue import try_parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Exchange
    from harness.faults.wire import Block

_STRUCTURE = b'{}[]:,"'
_TRIES = 8


@dataclass(frozen=True, kw_only=True)
class Corrupt(EventFault):
    """One bit of an event's data is flipped, so that it is no JSON any more.

    The seed chooses the place among the characters that hold the JSON together. Lengths, line ends and chunk
    boundaries stay. Only an event whose data is JSON can be hit, so `[DONE]` and comments cannot.
    """

    name: ClassVar[str] = "corrupt"
    example: ClassVar[str] = "corrupt:event=3@42"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-JSON-001", "SSE-UTF8-001")
    wanted: ClassVar[str] = "event with JSON"

    def eligible(self, block: bytes) -> bool:
        """Only JSON can be broken."""
        return _is_json(block)

    def edit(self, blocks: Iterator[Block], target: int, exchange: Exchange) -> Iterator[Block]:
        """Flip a bit of that block."""
        for number, block in enumerate(blocks):
            yield block.resized(self._broken(block.data, exchange.index)) if number == target else block

    def _broken(self, block: bytes, index: int) -> bytes:
        inside = [place for start, stop in data_spans(block) for place in range(start, stop)]
        structure = [place for place in inside if block[place] in _STRUCTURE]
        for attempt in range(_TRIES if structure else 0):
            place = structure[self.choose(len(structure), index, "place", attempt)]
            damaged = _flipped(block, place, 1)
            # A bracket or comma inside a string holds nothing together.
            if not _is_json(damaged):
                return damaged
        # No JSON text survives that its first byte is no ASCII character.
        first = next(place for place in inside if block[place : place + 1].strip())
        return _flipped(block, first, 0x80)


def _flipped(block: bytes, place: int, bit: int) -> bytes:
    return block[:place] + bytes([block[place] ^ bit]) + block[place + 1 :]


def _is_json(block: bytes) -> bool:
    data = payload(block)
    return bool(data) and try_parse(data)[0]
