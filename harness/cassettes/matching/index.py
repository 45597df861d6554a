"""The recordings of a deck by key and by shape, shared by all its sessions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from harness.cassettes.matching.canonical import Keyer
from harness.cassettes.matching.ids import shape
from harness.cassettes.matching.requests import Live, Recorded
from harness.errors import SecretFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.cassettes.exchange import Redaction, Request
    from harness.cassettes.matching.canonical import Key
    from harness.cassettes.matching.policy import MatchPolicy

_MEMO_BYTES = 32 << 20
_MEMO_ENTRY = 500


class RequestRedactor(Protocol):
    """What matching needs of a redactor."""

    def request(self, request: Request) -> tuple[Request, tuple[Redaction, ...]]:
        """The request with placeholders in place of its secrets, and what was replaced."""
        ...


class Slot(NamedTuple):
    """All recordings of one key: its number, and their positions in the deck in order."""

    number: int
    positions: list[int]


class ById(NamedTuple):
    """What has to be known about ids.

    Args:
        positions: Key with ids taken out -> positions of the recordings that have it.
        ids: Position -> ids of that recording, each once, as `shape` orders them.
        known: Every id of every recording.
    """

    positions: dict[Key, list[int]]
    ids: dict[int, tuple[str, ...]]
    known: set[str]


class Index:
    """Recordings by key, and by key with ids taken out.

    Args:
        recorded: The recorded requests with their positions and names, not yet redacted.
        policy: What counts.
        redactor: Applied to recorded and live requests alike, so that a rule that was added since the
            recording changes both sides.
    """

    def __init__(
        self,
        recorded: Sequence[tuple[int, str, Request]],
        policy: MatchPolicy,
        redactor: RequestRedactor | None,
    ) -> None:
        self.keyer = Keyer(policy)
        self._maps_ids = policy.ids
        self._redactor = redactor
        self.recorded: list[Recorded] = []
        self._slots: dict[Key, Slot] = {}
        for position, (number, source, request) in enumerate(recorded):
            redacted = self._redacted(request)
            key = self.keyer.key(redacted)
            self.recorded.append(Recorded(position, number, source, redacted, key))
            slot = self._slots.get(key)
            if slot is None:
                slot = self._slots[key] = Slot(len(self._slots), [])
            slot.positions.append(position)
        self._by_id: ById | None = None
        # A JSON body is read the same way whatever the headers say, so method, URL and bytes decide the key.
        self._memo_allowed = not policy.headers
        self._memo: dict[tuple[str, str, bytes], Slot] = {}
        self._memo_bytes = 0

    def find(self, request: Request) -> Slot | Live:
        """The recordings that equal a live request; where there is none, the request made comparable.

        A request that was found before costs one dictionary lookup. The memo keeps live requests as they
        came, secrets included, in memory only.
        """
        raw = (request.method, request.url, request.body)
        slot = self._memo.get(raw)
        if slot is not None:
            return slot
        live = self.live(request)
        slot = self._slots.get(live.key)
        if slot is None:
            return live
        if self._memo_allowed and (live.key.kind == "json" or not request.body):
            self._remember(raw, slot)
        return slot

    def live(self, request: Request) -> Live:
        """A live request, redacted, with its key."""
        redacted = self._redacted(request)
        return Live(redacted, self.keyer.key(redacted))

    def slots(self) -> list[Slot]:
        """All slots, in the order of their first recording."""
        return list(self._slots.values())

    def same_but_for_ids(self, live: Live) -> list[int]:
        """Positions of the recordings that equal `live` once ids are taken out; fills in `live.ids`."""
        found = self._taken_out(live.request, live.key)
        if found is None:
            return []
        key, live.ids = found
        return self.by_id.positions.get(key, [])

    @property
    def by_id(self) -> ById:
        """The index of ids. Built on first need: most sessions send no id that was not recorded."""
        if self._by_id is None:
            by_id = ById({}, {}, set())
            for item in self.recorded:
                found = self._taken_out(item.request, item.key)
                if found is not None:
                    by_id.positions.setdefault(found[0], []).append(item.position)
                    by_id.ids[item.position] = found[1]
                    by_id.known.update(found[1])
            self._by_id = by_id
        return self._by_id

    def _redacted(self, request: Request) -> Request:
        if self._redactor is None:
            return request
        try:
            return self._redactor.request(request)[0]
        except SecretFound:
            # A secret inside a compressed body. Nothing is written here, and compressed bytes show nothing.
            bare = self._redactor.request(replace(request, body=b""))[0]
            return replace(bare, body=request.body)

    def _taken_out(self, request: Request, key: Key) -> tuple[Key, tuple[str, ...]] | None:
        """A key with its ids taken out, and the ids; None where it has none."""
        if key.kind != "json" or not self._maps_ids:
            return None
        try:
            value, ids = shape(self.keyer.read(request.body))
            return (key._replace(body=self.keyer.write(value)), ids) if ids else None
        except RecursionError:
            return None

    def _remember(self, raw: tuple[str, str, bytes], slot: Slot) -> None:
        # Bounded by bytes: a client that spells the same request ever anew must not fill the memory.
        size = len(raw[1]) + len(raw[2]) + _MEMO_ENTRY
        if self._memo_bytes + size > _MEMO_BYTES:
            self._memo.clear()
            self._memo_bytes = 0
        self._memo_bytes += size
        self._memo[raw] = slot
