"""One session's walk through a deck."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.cassettes.matching.ids import IdMap
from harness.cassettes.matching.miss import explain
from harness.cassettes.matching.requests import Live

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.cassettes.exchange import Exchange, Request
    from harness.cassettes.matching.deck import Deck
    from harness.cassettes.matching.ids import Conflict
    from harness.cassettes.matching.index import Slot
    from harness.cassettes.matching.miss import Miss


class Player:
    """One session: its own place in every run of repeats, and its own map of ids.

    Not safe for two threads at once; see `Deck`.

    Args:
        deck: The recordings.
        name: Name of the session, for the text of a miss.
    """

    def __init__(self, deck: Deck, name: str = "") -> None:
        self.deck = deck
        self.name = name
        self._index = deck.index
        self._repeats = deck.policy.repeats
        self._served: dict[int, int] = {}
        self._turns: dict[int, int] = {}
        self._map = IdMap()
        # Recordings served to equal requests: their ids stand for themselves, learnt only when it matters.
        self._as_they_are: set[int] = set()

    @property
    def ids(self) -> Mapping[str, str]:
        """Live id -> recorded id, for those that differ."""
        return {live: recorded for live, recorded in self._map.recorded.items() if live != recorded}

    def find(self, request: Request) -> Exchange:
        """The recording that answers a live request; it counts as played.

        An equal request is looked for first, then one that is equal but for ids, under the map of ids that
        this session has so far. The nth of equal requests gets the nth recording.

        Raises:
            MissError: No recording answers it, or all that do have been played and the policy says `strict`.
        """
        exchange = self.try_find(request)
        if exchange is None:
            raise self._explained(request).error()
        return exchange

    def try_find(self, request: Request) -> Exchange | None:
        """As `find`, with None in place of a miss (which is then not explained, and so costs little)."""
        found = self._index.find(request)
        if isinstance(found, Live):
            position = self._next_but_for_ids(found)
            if position is None:
                return None
            self._map.learn(zip(self._index.by_id.ids[position], found.ids, strict=True))
        else:
            position = self._next(found)
            if position is None:
                return None
            self._as_they_are.add(position)
        self._served[position] = self._served.get(position, 0) + 1
        self.deck.counts[position] += 1
        return self.deck.exchanges[position]

    def miss(self, request: Request) -> Miss | None:
        """What `find` would complain about, as data; None where it would answer. Nothing counts as played."""
        found = self._index.find(request)
        among = self._answering(found)
        if among and (self._repeats != "strict" or any(position not in self._served for position in among)):
            return None
        return self._explained(request)

    def _next(self, slot: Slot) -> int | None:
        """Whose turn it is among recordings of one key."""
        number, positions = slot
        turn = self._turns.get(number, 0)
        # A recording may have been served already to a request that was equal but for ids.
        while turn < len(positions) and positions[turn] in self._served:
            turn += 1
        if turn >= len(positions):
            if self._repeats == "strict":
                return None
            if self._repeats == "last":
                return positions[-1]
        self._turns[number] = turn + 1
        return positions[turn % len(positions)]

    def _next_but_for_ids(self, live: Live) -> int | None:
        """Whose turn it is among recordings that equal the request but for ids."""
        positions = self._same_but_for_ids(live)
        for position in positions:
            if position not in self._served and self._conflict(live, position) is None:
                return position
        candidates = self._without_conflict(live, positions)
        if not candidates or self._repeats == "strict":
            return None
        if self._repeats == "last":
            return candidates[-1]
        return min(candidates, key=lambda position: self._served[position])

    def _same_but_for_ids(self, live: Live) -> Sequence[int]:
        positions = self._index.same_but_for_ids(live)
        if positions and self._as_they_are:
            by_id = self._index.by_id
            for served in sorted(self._as_they_are):
                self._map.learn((name, name) for name in by_id.ids.get(served, ()))
            self._as_they_are.clear()
        return positions

    def _without_conflict(self, live: Live, positions: Sequence[int]) -> list[int]:
        return [position for position in positions if self._conflict(live, position) is None]

    def _explained(self, request: Request) -> Miss:
        found = self._index.find(request)
        live = found if isinstance(found, Live) else self._index.live(request)
        return explain(
            live,
            self._index.recorded,
            keyer=self._index.keyer,
            session=self.name,
            sources=self.deck.sources,
            played=self._answering(found),
            served=self._served,
            conflict=lambda position: self._conflict(live, position),
        )

    def _answering(self, found: Slot | Live) -> Sequence[int]:
        """The recordings that answer a request, played or not."""
        if isinstance(found, Live):
            return self._without_conflict(found, self._same_but_for_ids(found))
        return found.positions

    def _conflict(self, live: Live, position: int) -> Conflict | None:
        # Without ids there is nothing to map, and no reason to build the index of ids.
        by_id = self._index.by_id if live.ids else None
        if by_id is None or len(recorded := by_id.ids.get(position, ())) != len(live.ids):
            return None
        return self._map.conflict(recorded, live.ids, by_id.known)
