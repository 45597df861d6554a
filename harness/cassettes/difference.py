"""What changed between two recordings, as a reader of the conversation sees it.

By default ids count only by where they stand (see `sameness`), and times, padding, chunk boundaries, comments,
host and most header fields do not count at all. Events are aligned, so that one inserted event is one
difference; sequence numbers are compared relative to an event's place, so that it stays one.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from harness.cassettes.alignment import align
from harness.cassettes.body_events import TimedEvent, is_event_stream, timed_events
from harness.cassettes.content_coding import CodingError, decoded_chunks
from harness.cassettes.exchange import header
from harness.cassettes.sameness import IdPairs, outline, with_paired_ids, without_ignored
from harness.cassettes.shortened import common_length
from harness.errors import EventTooLarge
from harness.jsonvalue import MISSING, compact, first_difference, try_parse

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from harness.cassettes.exchange import Cassette, Ending, Exchange, Headers, Request, Response
    from harness.jsonvalue import JsonValue

HEADERS_THAT_MATTER = ("content-type", "content-encoding", "retry-after", "location", "www-authenticate")
"""Response fields that change what a client does; the others are compared only if everything is."""


class Difference(NamedTuple):
    """One thing that differs.

    Args:
        exchange: Index of the exchange in the left cassette (in the right one, if the left has no such exchange).
        kind: `exchange`, `request`, `status`, `header`, `event`, `body`, `ending`; with `strict` also `head`
            and `boundary`, with `times` also `time`.
        event: Index of the event in the left stream (in the right one, if it was inserted there).
        pointer: JSON pointer of the first difference inside the event or body, or the name of the part.
        left: What the left side has there, whole.
        right: What the right side has there; `(missing)` on a side that has nothing.
    """

    exchange: int | None
    kind: str
    event: int | None
    pointer: str | None
    left: str
    right: str


def differences(
    left: Cassette, right: Cassette, *, strict: bool = False, times: bool = False
) -> list[Difference]:
    """Compare two cassettes; equal ones give an empty list.

    Exchanges are paired by what they asked for, repeats in order, the rest by position; so two recordings of
    concurrent requests are equal in whichever order they were made.

    Args:
        left: The older recording, say.
        right: The newer one.
        strict: Compare everything but times: ids, times inside the JSON, all header fields, every byte and
            every chunk boundary.
        times: Compare the times of requests, heads, chunks and endings as well.
    """
    found: list[Difference] = []
    if strict:
        found += _heads(left, right, times=times)
    ids = IdPairs()
    for one, two in _paired(left.exchanges, right.exchanges):
        if one is None or two is None:
            shown = [MISSING if side is None else _named(side.request) for side in (one, two)]
            there = one or two
            found.append(
                Difference(there.index if there else None, "exchange", None, None, shown[0], shown[1])
            )
        else:
            found += _Comparison(one, two, ids, strict=strict, times=times).run()
    return found


def _heads(left: Cassette, right: Cassette, *, times: bool) -> Iterator[Difference]:
    ignored = () if times else ("recorded",)
    ours, theirs = (
        {key: value for key, value in side.head.items() if key not in ignored} for side in (left, right)
    )
    if difference := first_difference(ours, theirs):
        yield Difference(None, "head", None, difference.pointer, difference.expected, difference.found)


def _paired(
    left: Sequence[Exchange], right: Sequence[Exchange]
) -> list[tuple[Exchange | None, Exchange | None]]:
    """Exchanges of the same request, else of the same method and path, else of the same place."""
    partners: dict[int, Exchange] = {}
    rest, open_right = list(enumerate(left)), list(right)
    for key in (_whole_key, _short_key):
        waiting: dict[Hashable, list[Exchange]] = {}
        for exchange in open_right:
            waiting.setdefault(key(exchange.request), []).append(exchange)
        taken: set[int] = set()
        for place, exchange in rest:
            if candidates := waiting.get(key(exchange.request)):
                partners[place] = candidates.pop(0)
                taken.add(id(partners[place]))
        rest = [(place, exchange) for place, exchange in rest if place not in partners]
        open_right = [exchange for exchange in open_right if id(exchange) not in taken]
    for (place, _), exchange in zip(rest, open_right, strict=False):
        partners[place] = exchange
    pairs: list[tuple[Exchange | None, Exchange | None]] = [
        (exchange, partners.get(place)) for place, exchange in enumerate(left)
    ]
    return pairs + [(None, exchange) for exchange in open_right[len(rest) :]]


def _whole_key(request: Request) -> Hashable:
    return (*_short_key(request), _key_of(request.body))


def _short_key(request: Request) -> tuple[str, str]:
    return request.method, _target(request.url)


def _target(url: str) -> str:
    """Path and query: the same server is on another port in every test run."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _key_of(data: bytes) -> Hashable:
    is_json, value = try_parse(data)
    try:
        return outline(value) if is_json else data
    except RecursionError:
        return data


def _named(request: Request) -> str:
    return f"{request.method} {request.url or '(unknown URL)'}"


class _Comparison:
    """One pair of exchanges."""

    def __init__(self, left: Exchange, right: Exchange, ids: IdPairs, *, strict: bool, times: bool) -> None:
        self._left = left
        self._right = right
        self._ids = ids
        self._strict = strict
        self._times = times
        self._shift = 0

    def run(self) -> list[Difference]:
        found = [*self._requests()]
        left, right = self._left.response, self._right.response
        if left is not None and right is not None:
            found += self._response_heads(left, right)
            found += self._bodies(left, right)
            if self._strict:
                found += self._boundaries(left, right)
        elif left is not right:
            found.append(self._difference("status", None, _status(left), _status(right)))
        found += self._endings()
        if self._times:
            found += self._all_times()
        return found

    def _difference(
        self, kind: str, pointer: str | None, left: str, right: str, event: int | None = None
    ) -> Difference:
        return Difference(self._left.index, kind, event, pointer, left, right)

    def _requests(self) -> Iterator[Difference]:
        ours, theirs = self._left.request, self._right.request
        if not self._strict and "" in (ours.url, theirs.url):
            return  # a plain body, whose request nobody recorded
        parts = [("method", ours.method, theirs.method)]
        if self._strict:
            parts.append(("url", ours.url, theirs.url))
        else:
            parts.append(("url", _target(ours.url), _target(theirs.url)))
        for name, left, right in parts:
            if left != right:
                yield self._difference("request", name, left, right)
        if self._strict:
            yield from self._all_fields("request", ours.headers, theirs.headers)
        yield from self._data("request", ours.body, theirs.body)

    def _response_heads(self, ours: Response, theirs: Response) -> Iterator[Difference]:
        if ours.status != theirs.status:
            yield self._difference("status", None, _status(ours), _status(theirs))
        if not self._strict:
            for name in HEADERS_THAT_MATTER:
                left, right = header(ours.headers, name), header(theirs.headers, name)
                if left != right:
                    yield self._difference("header", name, left or MISSING, right or MISSING)
            return
        for name, left, right in (
            ("reason", ours.reason, theirs.reason),
            ("http version", ours.http_version, theirs.http_version),
        ):
            if left != right:
                yield self._difference("status", name, left, right)
        yield from self._all_fields("header", ours.headers, theirs.headers)
        yield from self._all_fields("trailer", ours.trailers, theirs.trailers)

    def _all_fields(self, kind: str, ours: Headers, theirs: Headers) -> Iterator[Difference]:
        for left, right in align(ours, theirs):
            one, two = ours[left] if left is not None else None, theirs[right] if right is not None else None
            if one != two:
                name = (one or two or ("", ""))[0]
                yield self._difference(kind, name, _field(one), _field(two))

    def _bodies(self, ours: Response, theirs: Response) -> Iterator[Difference]:
        if is_event_stream(ours) and is_event_stream(theirs):
            try:
                left, right = self._events(ours), self._events(theirs)
            except (CodingError, EventTooLarge):
                yield from self._data("body", ours.body(), theirs.body())
                return
            yield from self._streams(left, right)
            return
        yield from self._data("body", _plain(ours), _plain(theirs))

    def _events(self, response: Response) -> list[TimedEvent]:
        return [
            timed
            for timed in timed_events(response.headers, response.chunks)
            if self._strict or timed.event.dispatched or (not timed.event.terminated and timed.event.data)
        ]

    def _streams(self, left: list[TimedEvent], right: list[TimedEvent]) -> Iterator[Difference]:
        self._shift = 0
        for one, two in align(
            [self._event_key(timed) for timed in left], [self._event_key(t) for t in right]
        ):
            if one is None and two is not None:
                yield self._difference("event", None, MISSING, _shown(right[two]), right[two].event.index)
            elif two is None and one is not None:
                yield self._difference("event", None, _shown(left[one]), MISSING, left[one].event.index)
            elif one is not None and two is not None:
                yield from self._event_pair(left[one], right[two])

    def _event_key(self, timed: TimedEvent) -> Hashable:
        if self._strict:
            return timed.raw
        return timed.event.event, timed.event.terminated, _key_of(timed.event.data)

    def _event_pair(self, one: TimedEvent, two: TimedEvent) -> Iterator[Difference]:
        if self._strict and one.raw == two.raw:
            return
        ours, theirs = one.event, two.event
        index = ours.index
        for name, left, right in (
            ("event", ours.event, theirs.event),
            ("retry", ours.retry, theirs.retry),
            ("blank line", ours.terminated, theirs.terminated),
        ):
            if left != right:
                yield self._difference("event", name, _value(left), _value(right), index)
                return
        if (gap := self._data_gap(ours.data, theirs.data, (ours.index, theirs.index))) is not None:
            yield self._difference("event", *gap, index)
        elif self._strict:
            yield self._difference("event", None, _quoted(one.raw), _quoted(two.raw), index)

    def _data(self, kind: str, ours: bytes, theirs: bytes) -> Iterator[Difference]:
        if (gap := self._data_gap(ours, theirs, None)) is not None:
            yield self._difference(kind, *gap)
        elif self._strict and ours != theirs:
            yield self._difference(kind, None, *_first_bytes(ours, theirs))

    def _data_gap(
        self, ours: bytes, theirs: bytes, places: tuple[int, int] | None
    ) -> tuple[str | None, str, str] | None:
        """Pointer, left and right of the first difference between two JSON texts, or two of anything."""
        left_is_json, left = try_parse(ours)
        right_is_json, right = try_parse(theirs)
        if left_is_json and right_is_json:
            try:
                return self._json_gap(left, right, places)
            except RecursionError:
                pass  # nested too deeply to walk: the bytes decide
        if ours == theirs:
            return None
        if left_is_json != right_is_json:
            return None, _quoted(ours), _quoted(theirs)
        return None, *_first_bytes(ours, theirs)

    def _json_gap(
        self, left: JsonValue, right: JsonValue, places: tuple[int, int] | None
    ) -> tuple[str | None, str, str] | None:
        if not self._strict:
            learn = outline(left) == outline(right)
            left, right = without_ignored(left), without_ignored(right)
            right = with_paired_ids(left, right, self._ids, learn=learn)
            if places is not None:
                right = self._renumbered(left, right, places)
        difference = first_difference(left, right)
        return None if difference is None else (difference.pointer, difference.expected, difference.found)

    def _renumbered(self, left: JsonValue, right: JsonValue, places: tuple[int, int]) -> JsonValue:
        """`right` with its sequence number as it would be in the other stream, unless it has jumped."""
        if not isinstance(left, dict) or not isinstance(right, dict):
            return right
        ours, theirs = left.get("sequence_number"), right.get("sequence_number")
        if not isinstance(ours, int) or not isinstance(theirs, int):
            return right
        shift = (theirs - places[1]) - (ours - places[0])
        same, self._shift = shift == self._shift, shift
        return right | {"sequence_number": ours} if same else right

    def _boundaries(self, ours: Response, theirs: Response) -> Iterator[Difference]:
        left, right = ([len(chunk.data) for chunk in side.chunks] for side in (ours, theirs))
        for number, (one, two) in enumerate(zip_longest(left, right)):
            if one != two:
                shown = [MISSING if size is None else f"{size} bytes" for size in (one, two)]
                yield self._difference("boundary", f"chunk {number} of {len(left)}", shown[0], shown[1])
                return

    def _endings(self) -> Iterator[Difference]:
        ours, theirs = self._left.ending, self._right.ending
        if ours.how is not theirs.how or (self._strict and ours.exception != theirs.exception):
            yield self._difference("ending", None, _ending(ours), _ending(theirs))

    def _all_times(self) -> Iterator[Difference]:
        left, right = _times(self._left), _times(self._right)
        for name in left | right:
            if left.get(name) != right.get(name):
                shown = [f"{side[name]} us" if name in side else MISSING for side in (left, right)]
                yield self._difference("time", name, shown[0], shown[1])


def _times(exchange: Exchange) -> dict[str, int]:
    times = {"request": exchange.at_us}
    if exchange.response is not None:
        times["head"] = exchange.response.at_us
        times |= {f"chunk {number}": chunk.at_us for number, chunk in enumerate(exchange.response.chunks)}
    return times | {"ending": exchange.ending.at_us}


def _plain(response: Response) -> bytes:
    try:
        return b"".join(chunk.data for chunk in decoded_chunks(response.headers, response.chunks))
    except CodingError:
        return response.body()


def _status(response: Response | None) -> str:
    return "no response" if response is None else f"{response.status} {response.reason}".rstrip()


def _field(pair: tuple[str, str] | None) -> str:
    return MISSING if pair is None else f"{pair[0]}: {pair[1]}"


def _ending(ending: Ending) -> str:
    return ending.how.value if ending.exception is None else f"{ending.how.value} ({ending.exception})"


def _value(value: str | int | None) -> str:
    return MISSING if value is None else compact(value)


def _shown(timed: TimedEvent) -> str:
    return _quoted(timed.event.data or timed.raw)


def _quoted(data: bytes) -> str:
    is_json, value = try_parse(data)
    return compact(value) if is_json else compact(data.decode("utf-8", "backslashreplace"))


def _first_bytes(ours: bytes, theirs: bytes) -> tuple[str, str]:
    """Both from a little before the first byte that differs."""
    at = common_length(ours, theirs)
    start = max(0, at - 16)
    one, two = (
        f"byte {at}: {compact(side[start : at + 64].decode('utf-8', 'backslashreplace'))}"
        for side in (ours, theirs)
    )
    return one, two
