"""Faults that happen to one event, or to every event of a kind."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import NO_RESPONSE, Fault, parameter, whole
from harness.faults.wire import blocks_of, changed, joined, no_events

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.cassettes.exchange import Chunk, Exchange
    from harness.faults.wire import Block


@dataclass(frozen=True, kw_only=True)
class EventFault(Fault):
    """A fault that happens to one event of a stream."""

    positional: ClassVar[str | None] = "event"
    ends: ClassVar[bool] = False
    """The body ends properly where the edit ends it, whatever the recording did later."""
    ahead: ClassVar[int] = 0
    """How many events must come after the one that is hit."""
    wanted: ClassVar[str] = "event"
    """What the events that can be hit are called."""

    event: int | None = parameter(
        None, "", "Which event; 0 is the first, -1 the last.", whole(), shown="chosen by the seed"
    )

    def eligible(self, block: bytes) -> bool:
        """Whether this event can be hit."""
        del block
        return True

    @abstractmethod
    def edit(self, blocks: Iterator[Block], target: int, exchange: Exchange) -> Iterator[Block]:
        """Change the blocks of one pass over the body, of which block number `target` is to be hit."""

    def obstacle(self, exchange: Exchange) -> str | None:
        """The stream may be shorter, have no such event, or have none that can be told apart."""
        if exchange.response is None:
            return NO_RESPONSE
        if why := no_events(exchange.response):
            return why
        if self.target(exchange) is None:
            which = "" if self.event is None else f" {self.event}"
            return f"the stream has no {self.wanted}{which}" + (
                " with another after it" if self.ahead else ""
            )
        return None

    def target(self, exchange: Exchange) -> int | None:
        """The number of the event that is hit; None where there is none."""
        if exchange.response is None or no_events(exchange.response):
            return None
        chunks = exchange.response.chunks
        if self.event is None:
            return self._chosen(chunks, exchange)
        number = self.event
        if number < 0:
            number += sum(1 for _ in blocks_of(chunks))
            if number < 0:
                return None
        from_there = list(islice(blocks_of(chunks), number, number + 1 + self.ahead))
        if len(from_there) != 1 + self.ahead or not self.eligible(from_there[0].data):
            return None
        return number

    def _chosen(self, chunks: Iterable[Chunk], exchange: Exchange) -> int | None:
        count = sum(1 for _ in self._candidates(chunks)) - self.ahead
        if count < 1:
            return None
        return next(islice(self._candidates(chunks), self.choose(count, exchange.index), None))

    def _candidates(self, chunks: Iterable[Chunk]) -> Iterator[int]:
        return (number for number, block in enumerate(blocks_of(chunks)) if self.eligible(block.data))

    def apply(self, exchange: Exchange) -> Exchange:
        """The exchange with that event changed."""
        target = self.target(exchange)
        if target is None:
            return exchange
        return changed(
            exchange, lambda chunks: joined(self.edit(blocks_of(chunks), target, exchange)), ends=self.ends
        )


@dataclass(frozen=True, kw_only=True)
class KindFault(Fault):
    """A fault that happens to the events of one kind."""

    wanted: ClassVar[str]
    """What those events are called."""

    @abstractmethod
    def matches(self, block: bytes) -> bool:
        """Whether this event is of the kind."""

    @abstractmethod
    def edit(self, blocks: Iterator[Block], last: int) -> Iterator[Block]:
        """Change the blocks of one pass over the body; block number `last` is the last of the kind."""

    def obstacle(self, exchange: Exchange) -> str | None:
        """The stream may have none of that kind, or no events that can be told apart."""
        if exchange.response is None:
            return NO_RESPONSE
        if why := no_events(exchange.response):
            return why
        return None if self.last(exchange) is not None else f"the stream has no {self.wanted}"

    def last(self, exchange: Exchange) -> int | None:
        """The number of the last event of the kind; None where there is none."""
        if exchange.response is None or no_events(exchange.response):
            return None
        found = None
        for number, block in enumerate(blocks_of(exchange.response.chunks)):
            if self.matches(block.data):
                found = number
        return found

    def apply(self, exchange: Exchange) -> Exchange:
        """The exchange with those events changed."""
        last = self.last(exchange)
        if last is None:
            return exchange
        return changed(exchange, lambda chunks: joined(self.edit(blocks_of(chunks), last)))
