"""Recordings to be played, and what is known about which of them were."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from harness.cassettes.matching.index import Index
from harness.cassettes.matching.player import Player
from harness.cassettes.matching.policy import MatchPolicy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.cassettes.exchange import Cassette, Exchange
    from harness.cassettes.matching.index import RequestRedactor

__all__ = ["Deck", "Player", "Stack"]

_DEFAULT_POLICY = MatchPolicy()


class Stack(NamedTuple):
    """A request that was recorded more than once.

    Args:
        method: Its method.
        path: Its path.
        positions: Where in `Deck.exchanges` its recordings are.
        sources: The cassettes they come from, each once; more than one often means that an old recording
            was left beside a new one.
    """

    method: str
    path: str
    positions: tuple[int, ...]
    sources: tuple[str, ...]


class Deck:
    """All recordings of one or more cassettes, ready to be looked up.

    A deck has no lock and waits for nothing. Everything that belongs to one session lives in its `Player`;
    what sessions share are a memo, an index of ids that is built on first need, and the counts of what was
    played. A caller that uses one deck from several threads wraps one lock around `session`, around `find`,
    `try_find` and `miss` of its players, and around the reports. Tasks of one event loop need no lock, since
    no call gives up control.

    Response bodies are never read.

    Attributes:
        exchanges: The recordings; "index" below is a position here, which in a deck of several cassettes is
            not the number that an exchange has in its own.
        policy: What counts.
        sources: The cassettes, each once.
        index: The recordings by key.
        counts: How often each was served, in all sessions.

    Args:
        exchanges: The recordings, in the order in which repeats are to be played.
        policy: What counts.
        redactor: Applied to every live request before it is compared, and to every recorded one (to which,
            if it was recorded with the same rules, it does nothing).
        sources: Where the recordings come from: one name for each of them, or one for all.

    Raises:
        ValueError: The number of sources is neither 0, 1 nor that of the exchanges.
    """

    def __init__(
        self,
        exchanges: Sequence[Exchange],
        *,
        policy: MatchPolicy = _DEFAULT_POLICY,
        redactor: RequestRedactor | None = None,
        sources: Sequence[str] = (),
    ) -> None:
        if len(sources) not in {0, 1, len(exchanges)}:
            raise ValueError(f"{len(sources)} sources for {len(exchanges)} exchanges")
        self.exchanges = tuple(exchanges)
        self.policy = policy
        each = tuple(sources) if len(sources) == len(exchanges) else tuple(sources or ("",)) * len(exchanges)
        self.sources = tuple(dict.fromkeys(sources))
        self.index = Index(
            [
                (exchange.index, source, exchange.request)
                for exchange, source in zip(self.exchanges, each, strict=True)
            ],
            policy,
            redactor,
        )
        self.counts = [0] * len(self.exchanges)

    @classmethod
    def of(
        cls,
        cassettes: Iterable[Cassette],
        *,
        policy: MatchPolicy = _DEFAULT_POLICY,
        redactor: RequestRedactor | None = None,
    ) -> Deck:
        """Build a deck of whole cassettes, one after the other, each named by its source."""
        tapes = list(cassettes)
        deck = cls(
            [exchange for tape in tapes for exchange in tape.exchanges],
            policy=policy,
            redactor=redactor,
            sources=[tape.source for tape in tapes for _ in tape.exchanges],
        )
        # A cassette without a recording is an orphan too, so it must not be forgotten.
        deck.sources = tuple(dict.fromkeys(tape.source for tape in tapes))
        return deck

    def __len__(self) -> int:
        return len(self.exchanges)

    def session(self, name: str = "") -> Player:
        """Begin a walk through the deck that no other session can see; the name is for the text of a miss."""
        return Player(self, name)

    def source(self, index: int) -> str:
        """The cassette that the recording at `index` of `exchanges` comes from; "" where it has no name."""
        return self.index.recorded[index].source

    def played(self, index: int) -> int:
        """How often the recording at `index` of `exchanges` was served, in all sessions."""
        return self.counts[index]

    def unplayed(self) -> list[Exchange]:
        """The recordings that were served in no session, in order."""
        return [exchange for exchange, count in zip(self.exchanges, self.counts, strict=True) if not count]

    def orphaned_sources(self) -> list[str]:
        """The cassettes none of whose recordings was served in any session, in order."""
        served = {self.source(index) for index, count in enumerate(self.counts) if count}
        return [name for name in self.sources if name not in served]

    def stacked(self) -> list[Stack]:
        """The requests that were recorded more than once, in order.

        That is as it should be where the client repeats a request, and a mistake where an old and a new
        generation of recordings lie in one place: only the reader can tell, so a report shows them.
        """
        stacks = []
        for _, positions in self.index.slots():
            if len(positions) > 1:
                request = self.index.recorded[positions[0]].request
                sources = tuple(dict.fromkeys(self.source(position) for position in positions))
                path = self.index.keyer.path(request)
                stacks.append(Stack(request.method, path, tuple(positions), sources))
        return stacks
