"""Who wants to know which recordings this process opens, and what came of them.

A test runner that is to say which recordings no test asked for has to see every one that a test opens, however it does
that. So whatever plays recordings tells it, where somebody listens; where nobody does, this costs nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from harness.cassettes.matching.deck import Deck


class Seen(NamedTuple):
    """What became of one cassette so far.

    Args:
        path: Where it lies.
        held: How many recordings could be asked for.
        plays: The numbers (in their cassette) of those that were, each with how often.
        begun: How many exchanges were recorded into it.
        keeps: Whether what was recorded is added to what was held, or stands alone.
        is_open: More may be asked of it. What was recorded so far is in its `.part` file.
        is_faulted: A fault is made on replay, so that a client may leave early.
        misses: Why no recording answered a request, one for each such request.
    """

    path: Path
    held: int
    plays: frozenset[tuple[int, int]]
    begun: int = 0
    keeps: bool = False
    is_open: bool = False
    is_faulted: bool = False
    misses: tuple[str, ...] = ()

    @property
    def played(self) -> frozenset[int]:
        """Numbers of the recordings that were asked for."""
        return frozenset(number for number, _ in self.plays)


def seen_of(deck: Deck, **more: Any) -> list[Seen]:
    """What became of each cassette of a deck, in its order.

    Args:
        deck: The recordings, of one cassette or several.
        more: Further members of `Seen`, for all of them.
    """
    held: dict[str, int] = dict.fromkeys(deck.sources, 0)
    plays: dict[str, set[tuple[int, int]]] = {source: set() for source in deck.sources}
    for position, exchange in enumerate(deck.exchanges):
        source = deck.source(position)
        held[source] = held.get(source, 0) + 1
        if times := deck.played(position):
            plays.setdefault(source, set()).add((exchange.index, times))
    return [
        Seen(Path(source), held=count, plays=frozenset(plays.get(source, ())), **more)
        for source, count in held.items()
    ]


class Plays(Protocol):
    """What plays recordings: a tape, or a server."""

    def seen(self) -> Sequence[Seen]:
        """What became of its cassettes so far, one for each."""
        ...


listeners: list[Callable[[Plays], None]] = []
"""Told of each tape and server when it is opened; whoever adds one takes it out again."""


def tell(opened: Plays) -> None:
    """Tell whoever listens."""
    for listener in tuple(listeners):
        listener(opened)
