"""Recordings to be played, and one session's walk through them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from harness.cassettes.matching.canonical import Key, Keyer
from harness.cassettes.matching.ids import IdMap, Shape, shape
from harness.cassettes.matching.miss import Miss, explain
from harness.cassettes.matching.policy import MatchPolicy
from harness.cassettes.matching.requests import Live, Recorded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from harness.cassettes.exchange import Cassette, Exchange, Redaction, Request

_MEMO_BYTES = 32 << 20
_DEFAULT_POLICY = MatchPolicy()


class RequestRedactor(Protocol):
    """What the deck needs of a redactor: `harness.cassettes.redaction` has the real one."""

    def request(self, request: Request) -> tuple[Request, tuple[Redaction, ...]]:
        """The request with placeholders in place of its secrets, and what was replaced."""
        ...


class Slot(NamedTuple):
    """All recordings of one key: their positions in the deck, in order."""

    number: int
    positions: list[int]


class Stack(NamedTuple):
    """A request that was recorded more than once: where, and whether it was the same but for ids."""

    method: str
    path: str
    positions: tuple[int, ...]


class _Shapes:
    """Recordings by shape (their key with ids taken out), and every id that any of them has."""

    def __init__(self) -> None:
        self.positions: dict[Key, list[int]] = {}
        self.ids: dict[int, tuple[str, ...]] = {}
        self.known: set[str] = set()


class Deck:
    """All recordings of one or more cassettes, ready to be looked up.

    A deck has no lock and waits for nothing. Everything that belongs to one session lives in its `Player`;
    what sessions share are a memo, an index that is built on first need, and the counts of what was played.
    A caller that uses one deck from several threads wraps one lock around `session`, `find`, `try_find` and
    the reports. Tasks of one event loop need none, since no call ever gives up control.

    Response bodies are never read.

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
        self._all_sources = tuple(dict.fromkeys(sources))
        if len(sources) == 1:
            self._sources = tuple(sources) * len(self.exchanges)
        else:
            self._sources = tuple(sources)
        self._redactor = redactor
        self._keyer = Keyer(policy)
        self._requests = tuple(self._redacted(exchange.request) for exchange in self.exchanges)
        self._keys = tuple(self._keyer.key(request) for request in self._requests)
        self._slots: dict[Key, Slot] = {}
        for position, key in enumerate(self._keys):
            slot = self._slots.get(key)
            if slot is None:
                slot = self._slots[key] = Slot(len(self._slots), [])
            slot.positions.append(position)
        self._counts = [0] * len(self.exchanges)
        self._players: dict[str, Player] = {}
        self._memo: dict[tuple[str, str, bytes], Slot] = {}
        self._memo_bytes = 0
        # Only the body decides how the body is read, unless the policy looks at headers.
        self._memo_allowed = not policy.headers
        self._shapes: _Shapes | None = None

    @classmethod
    def of(
        cls,
        cassettes: Iterable[Cassette],
        *,
        policy: MatchPolicy = _DEFAULT_POLICY,
        redactor: RequestRedactor | None = None,
    ) -> Deck:
        """Build a deck of whole cassettes, one after the other, each named by its source."""
        exchanges: list[Exchange] = []
        sources: list[str] = []
        names: list[str] = []
        for cassette in cassettes:
            names.append(cassette.source)
            exchanges.extend(cassette.exchanges)
            sources.extend([cassette.source] * len(cassette.exchanges))
        deck = cls(exchanges, policy=policy, redactor=redactor)
        deck._sources = tuple(sources)
        deck._all_sources = tuple(dict.fromkeys(names))
        return deck

    def __len__(self) -> int:
        return len(self.exchanges)

    def session(self, name: str = "") -> Player:
        """A walk through the deck that no other session can see.

        The same name gives the same session again; without a name every call starts a new one.
        """
        if not name:
            return Player(self, "")
        player = self._players.get(name)
        if player is None:
            player = self._players[name] = Player(self, name)
        return player

    def source(self, position: int) -> str:
        """The cassette that a recording comes from; "" where it was not named."""
        return self._sources[position] if self._sources else ""

    def played(self, index: int) -> int:
        """How often the recording at `index` of `exchanges` was served, in all sessions."""
        return self._counts[index]

    def unplayed(self) -> list[Exchange]:
        """The recordings that were served in no session, in order."""
        return [exchange for exchange, count in zip(self.exchanges, self._counts, strict=True) if not count]

    def orphaned_sources(self) -> list[str]:
        """The cassettes none of whose recordings was served in any session, in order."""
        served = {self.source(position) for position, count in enumerate(self._counts) if count}
        return [name for name in self._all_sources if name not in served]

    def stacked(self) -> list[Stack]:
        """The requests that were recorded more than once, in order.

        That is as it should be where the client repeats a request, and a mistake where an old and a new
        generation of recordings lie in one place: only the reader can tell, so a report shows them.
        """
        return [
            Stack(self._requests[at[0]].method, self._keyer.path(self._requests[at[0]]), tuple(at))
            for _, at in self._slots.values()
            if len(at) > 1
        ]

    def _redacted(self, request: Request) -> Request:
        return request if self._redactor is None else self._redactor.request(request)[0]

    def _slot(self, request: Request) -> tuple[Slot | None, Live | None]:
        """The recordings that equal a live request; if there is none, the request made ready to be compared."""
        raw = (request.method, request.url, request.body)
        slot = self._memo.get(raw)
        if slot is not None and self._memo_allowed:
            return slot, None
        redacted = self._redacted(request)
        key = self._keyer.key(redacted)
        slot = self._slots.get(key)
        if slot is None:
            return None, Live(redacted, key)
        if self._memo_allowed and key.kind in {"json", "ignored"}:
            self._remember(raw, slot)
        return slot, None

    def _remember(self, raw: tuple[str, str, bytes], slot: Slot) -> None:
        # Bounded by bytes: a client that sends the same thing in ever new spellings must not fill the memory.
        self._memo_bytes += len(raw[1]) + len(raw[2]) + 500
        if self._memo_bytes > _MEMO_BYTES:
            self._memo.clear()
            self._memo_bytes = len(raw[1]) + len(raw[2]) + 500
        self._memo[raw] = slot

    def _shape(self, request: Request, key: Key) -> tuple[Key, tuple[str, ...]] | None:
        """A key with its ids taken out; None where it has none."""
        if key.kind != "json" or not self.policy.ids:
            return None
        try:
            taken_out: Shape = shape(self._keyer.read(request.body))
        except RecursionError:
            return None
        if not taken_out.ids:
            return None
        return key._replace(body=self._keyer.write(taken_out.value)), taken_out.ids

    def _index(self) -> _Shapes:
        # Built when the first request needs it: most sessions never send an id that was not recorded.
        if self._shapes is None:
            self._shapes = shapes = _Shapes()
            for position, (request, key) in enumerate(zip(self._requests, self._keys, strict=True)):
                found = self._shape(request, key)
                if found is not None:
                    shapes.positions.setdefault(found[0], []).append(position)
                    shapes.ids[position] = found[1]
                    shapes.known.update(found[1])
        return self._shapes

    def _recorded(self) -> list[Recorded]:
        return [
            Recorded(position, exchange.index, self.source(position), request, key)
            for position, (exchange, request, key) in enumerate(
                zip(self.exchanges, self._requests, self._keys, strict=True)
            )
        ]


class Player:
    """One session: its own place in every run of repeats, and its own map of ids.

    Made by `Deck.session`. Not safe for two threads at once; see `Deck`.
    """

    def __init__(self, deck: Deck, name: str) -> None:
        self.deck = deck
        self.name = name
        self._served: dict[int, int] = {}
        self._turns: dict[int, int] = {}
        self._map = IdMap()
        # Recordings served to equal requests: their ids stand for themselves, learnt only when it matters.
        self._as_they_are: set[int] = set()

    @property
    def ids(self) -> Mapping[str, str]:
        """Live id -> recorded id, for the ids that differ."""
        return {live: recorded for live, recorded in self._map.recorded.items() if live != recorded}

    def find(self, request: Request) -> Exchange:
        """The recording that answers a live request; it counts as played.

        An equal request is looked for first, then one that is equal but for ids, under the map of ids that
        this session has so far. The nth of equal requests gets the nth recording.

        Raises:
            MissError: No recording answers it, or all that do have been played and the policy says `strict`.
        """
        position, live, among = self._choose(request)
        if position is None:
            raise self._miss(request, live, among).error()
        return self.deck.exchanges[position]

    def try_find(self, request: Request) -> Exchange | None:
        """As `find`, with None in place of a miss."""
        position, _, _ = self._choose(request)
        return None if position is None else self.deck.exchanges[position]

    def miss(self, request: Request) -> Miss | None:
        """What `find` would complain about, as data; None where it would answer. Nothing counts as played."""
        slot, live = self.deck._slot(request)
        among = slot.positions if slot is not None else self._candidates(live) if live is not None else []
        if among and (self.deck.policy.repeats != "strict" or any(at not in self._served for at in among)):
            return None
        return self._miss(request, live, among)

    def _choose(self, request: Request) -> tuple[int | None, Live | None, Sequence[int]]:
        deck = self.deck
        slot, live = deck._slot(request)
        if slot is not None:
            position = self._next(slot)
            if position is None:
                return None, None, slot.positions
            self._as_they_are.add(position)
        else:
            candidates = self._candidates(live)
            position = self._next_of(candidates)
            if position is None or live is None:
                return None, live, candidates
            self._map.learn(zip(deck._index().ids[position], live.ids, strict=True))
        self._served[position] = self._served.get(position, 0) + 1
        deck._counts[position] += 1
        return position, live, ()

    def _next(self, slot: Slot) -> int | None:
        """Whose turn it is among recordings of the same request."""
        number, positions = slot
        turn = self._turns.get(number, 0)
        # A recording may have been served already to a request that was equal but for ids.
        while turn < len(positions) and positions[turn] in self._served:
            turn += 1
        if turn >= len(positions):
            repeats = self.deck.policy.repeats
            if repeats == "strict":
                return None
            if repeats == "last":
                return positions[-1]
        self._turns[number] = turn + 1
        return positions[turn % len(positions)]

    def _next_of(self, candidates: Sequence[int]) -> int | None:
        """Whose turn it is among recordings that equal the request but for ids."""
        if not candidates:
            return None
        for position in candidates:
            if position not in self._served:
                return position
        repeats = self.deck.policy.repeats
        if repeats == "strict":
            return None
        return candidates[-1] if repeats == "last" else min(candidates, key=lambda at: self._served[at])

    def _candidates(self, live: Live | None) -> list[int]:
        """The recordings that equal a live request but for ids, and whose ids this session can map."""
        if live is None:
            return []
        found = self.deck._shape(live.request, live.key)
        if found is None:
            return []
        key, live.ids = found
        shapes = self.deck._index()
        self._settle()
        return [
            position
            for position in shapes.positions.get(key, ())
            if self._map.conflict(shapes.ids[position], live.ids, shapes.known) is None
        ]

    def _settle(self) -> None:
        shapes = self.deck._index()
        for position in sorted(self._as_they_are):
            self._map.learn((name, name) for name in shapes.ids.get(position, ()))
        self._as_they_are.clear()

    def _miss(self, request: Request, live: Live | None, among: Sequence[int]) -> Miss:
        deck = self.deck
        if live is None:
            redacted = deck._redacted(request)
            live = Live(redacted, deck._keyer.key(redacted))
        return explain(
            live,
            deck._recorded(),
            keyer=deck._keyer,
            policy=deck.policy,
            session=self.name,
            sources=deck._all_sources,
            played=among,
            served=self._served,
            conflict=lambda position: self._conflict(live, position),
        )

    def _conflict(self, live: Live, position: int) -> str | None:
        shapes = self.deck._index()
        if position not in shapes.ids or len(live.ids) != len(shapes.ids[position]):
            return None
        conflict = self._map.conflict(shapes.ids[position], live.ids, shapes.known)
        return conflict and f"{conflict.live} cannot stand for {conflict.recorded}: {conflict.why}"
