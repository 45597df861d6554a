"""What stands in the data of an event: JSON that is broken, or that readers take in different ways."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, text
from harness.faults.event import Event, encode
from harness.faults.events import EventFault
from harness.faults.fault import manner
from harness.faults.mutation import Mutation
from harness.faults.responses.items import scoped
from harness.faults.wire import data_spans, inserted, payload
from harness.jsonvalue import try_parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.mutation import Stream
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


@dataclass(frozen=True, kw_only=True)
class DuplicateKeys(Mutation):
    """The first key of an event's JSON comes twice, with the same value."""

    name: ClassVar[str] = "duplicate_keys"
    example: ClassVar[str] = "duplicate_keys"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-JSON-003",)
    wanted: ClassVar[str] = "event with JSON"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            data = event.block.data
            if event.value and stream.here():
                name, one = next(iter(event.value.items()))
                place = data.index(b"{", data_spans(data)[0][0]) + 1
                yield event.with_bytes(data[:place] + encode({name: one})[1:-1] + b"," + data[place:])
            else:
                yield event


@dataclass(frozen=True, kw_only=True)
class JsonNotObject(Mutation):
    """An event comes whose JSON is null, a list or a string."""

    name: ClassVar[str] = "json_not_object"
    example: ClassVar[str] = "json_not_object:how=string"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "null": ("SSE-JSON-002",),
        "list": ("SSE-JSON-002",),
        "string": ("SSE-JSON-002",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "event with JSON"

    how: str = manner(breaks_by_how, "What it is.")

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        data = {"null": b"null", "list": b"[]", "string": b'"ping"'}[self.how]
        for event in stream:
            yield event
            if event.value and stream.here():
                yield Event(inserted(b"data: " + data + b"\n\n", event.block.parts[-1].at_us))


@dataclass(frozen=True, kw_only=True)
class NotANumber(Mutation):
    """A number is `NaN` or `Infinity`, which are no JSON.

    Python reads them, and nobody else. The number is in a chunk with text; in a Responses stream, where a
    lost event would break more than that, it is in a vendor's event of its own.
    """

    name: ClassVar[str] = "not_a_number"
    example: ClassVar[str] = "not_a_number:how=infinity"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "nan": ("SSE-JSON-001",),
        "infinity": ("SSE-JSON-001",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "chunk with text, or event of an item"

    how: str = manner(breaks_by_how, "What it is.")

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        number = math.nan if self.how == "nan" else math.inf
        for event in stream:
            said = any(text(choice) for choice in choices(event.value))
            if not (said or scoped(event.value)) or not stream.here():
                yield event
            elif said:
                yield event.like({**event.value, "acme_score": number})
            else:
                yield event
                yield event.like({"type": "acme:trace", "value": number})
