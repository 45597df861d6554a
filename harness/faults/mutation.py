"""Faults of what events say: their JSON is changed, an event is left out, or one is added.

Such a fault breaks one thing as far as that can be: events that it does not touch keep their bytes, and where
it leaves out or adds an event the sequence numbers after it are moved, so that the count stays right.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from harness import jsonvalue
from harness.faults.event import Event
from harness.faults.fault import NO_RESPONSE, Fault, Parameter, parameter, whole
from harness.faults.wire import blocks_of, changed, joined, no_events

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.cassettes.exchange import Chunk, Exchange
    from harness.faults.event import Json

_ALL = None
_NONE = -1


class Stream:
    """One pass over the events of a body.

    Args:
        chunks: The body.
        exchange: What it belongs to.
        target: The number of the place that is hit; None for all of them, -1 for none.

    Attributes:
        places: How many places the fault has come to so far.
        notes: What the fault wants to remember in this pass.
    """

    __slots__ = ("_chunks", "_target", "exchange", "first_number", "notes", "places")

    def __init__(self, chunks: Iterable[Chunk], exchange: Exchange, target: int | None) -> None:
        self._chunks = chunks
        self._target = target
        self.exchange = exchange
        self.places = 0
        self.notes: dict[Any, Any] = {}
        self.first_number: int | None = None

    def __iter__(self) -> Iterator[Event]:
        for block in blocks_of(self._chunks):
            event = Event(block)
            if self.first_number is None:
                self.first_number = number_of(event)
            yield event

    def here(self) -> bool:
        """Say that the fault can be made at this place; whether it is to be made."""
        number = self.places
        self.places += 1
        return self._target is _ALL or number == self._target

    @property
    def request(self) -> Json:
        """The JSON of the request; empty where it has none."""
        return request_of(self.exchange)


@dataclass(frozen=True, kw_only=True)
class Mutation(Fault):
    """A fault that changes what the events of a stream say."""

    everywhere: ClassVar[bool] = False
    """It hits all places unless `which` says otherwise; else one, which the seed chooses."""
    moves_numbers: ClassVar[bool] = False
    """Sequence numbers are counted anew from the first one."""
    wanted: ClassVar[str]
    """What the places are called that it can hit."""

    which: int | None = parameter(
        None,
        "",
        "Which of the places, where there are several; 0 is the first, -1 the last.",
        whole(),
        shown="chosen by the seed",
    )

    @classmethod
    def parameters(cls) -> tuple[Parameter, ...]:
        """The settings, `times` last."""
        found = super().parameters()
        if not cls.everywhere:
            return found
        return tuple(
            Parameter(one.name, one.unit, "all of them", one.meaning, one.read)
            if one.name == "which"
            else one
            for one in found
        )

    @abstractmethod
    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass over the events, changed wherever `stream.here()` says so.

        It must ask `stream.here()` at every place that it can hit, and at no other.
        """

    def obstacle(self, exchange: Exchange) -> str | None:
        """The stream may have no such place, or no events that can be told apart."""
        if exchange.response is None:
            return NO_RESPONSE
        if why := no_events(exchange.response):
            return why
        if self._places(exchange, enough=self._enough()) == 0:
            return f"the stream has no {self.wanted}"
        return None if self._target(exchange) != _NONE else f"the stream has no {self.wanted} {self.which}"

    def apply(self, exchange: Exchange) -> Exchange:
        """The exchange with those events changed."""
        if self.obstacle(exchange) is not None:
            return exchange
        target = self._target(exchange)
        return changed(exchange, lambda chunks: self._body(chunks, exchange, target))

    def _body(self, chunks: Iterable[Chunk], exchange: Exchange, target: int | None) -> Iterator[Chunk]:
        stream = Stream(chunks, exchange, target)
        events = self.mutate(stream)
        if self.moves_numbers:
            events = _counted(events, stream)
        return joined(event.block for event in events)

    def _enough(self) -> int | None:
        return 1 if self.everywhere and self.which is None else None

    def _places(self, exchange: Exchange, *, enough: int | None = None) -> int:
        """How many places there are; no further than it must count."""
        if exchange.response is None:
            return 0
        stream = Stream(exchange.response.chunks, exchange, _NONE)
        for _ in self.mutate(stream):
            if enough is not None and stream.places >= enough:
                break
        return stream.places

    def _target(self, exchange: Exchange) -> int | None:
        """The place that is hit: a number, all of them, or none."""
        if self.which is None and self.everywhere:
            return _ALL
        count = self._places(exchange)
        if self.which is None:
            return self.choose(count, exchange.index) if count else _NONE
        number = self.which if self.which >= 0 else self.which + count
        return number if 0 <= number < count else _NONE


@dataclass(frozen=True, kw_only=True)
class Edit(Mutation):
    """A mutation that changes the JSON of single events."""

    @abstractmethod
    def edit(self, value: Json, stream: Stream) -> bool:
        """Change the JSON of one event in place; whether it did."""

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """Give each event as it is, or as it is edited."""
        for event in stream:
            yield event.rewritten() if event.value and self.edit(event.value, stream) else event


@dataclass(frozen=True, kw_only=True)
class Omission(Mutation):
    """A mutation that leaves events out."""

    moves_numbers: ClassVar[bool] = True

    @abstractmethod
    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether this event could be left out."""

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """Give all other events."""
        return (
            event
            for event in stream
            if not (event.value and self.omits(event.value, stream) and stream.here())
        )


@dataclass(frozen=True, kw_only=True)
class Addition(Mutation):
    """A mutation that puts events behind another."""

    moves_numbers: ClassVar[bool] = True

    @abstractmethod
    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What could come behind this event; [] for nothing."""

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """Give all events, and the new ones."""
        for event in stream:
            new = self.added(event.value, stream) if event.value else []
            yield event
            if new and stream.here():
                yield from (event.like(value) for value in new)


@dataclass(frozen=True, kw_only=True)
class Neighbours(Mutation):
    """An event of one kind comes after the one of another kind that it stood right before.

    Attributes:
        first: The kind that should come first.
        second: The kind right after it.
    """

    first: ClassVar[str]
    second: ClassVar[str]
    moves_numbers: ClassVar[bool] = True

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        held: Event | None = None
        for event in stream:
            if held is not None and event.kind == self.second and stream.here():
                yield event
                yield held
                held = None
                continue
            if held is not None:
                yield held
            held = event if event.kind == self.first else None
            if held is None:
                yield event
        if held is not None:
            yield held


def number_of(event: Event) -> int | None:
    """The event's sequence number; None where it has none."""
    number = event.value.get("sequence_number")
    return number if type(number) is int else None


def request_of(exchange: Exchange) -> Json:
    """The JSON of the request; empty where it has none."""
    _, value = jsonvalue.try_parse(exchange.request.body) if exchange.request.body else (False, None)
    return value if isinstance(value, dict) else {}


def _counted(events: Iterator[Event], stream: Stream) -> Iterator[Event]:
    """The events with sequence numbers counted from the stream's first; events without one keep none."""
    expected: int | None = None
    for event in events:
        number = number_of(event)
        if number is None:
            yield event
            continue
        if expected is None:
            expected = number if stream.first_number is None else stream.first_number
        if number == expected:
            yield event
        else:
            event.value["sequence_number"] = expected
            yield event.rewritten()
        expected += 1
