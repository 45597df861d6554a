"""From a `.part` file to exchanges: rows of concurrent exchanges apart, open ones ended, a torn line dropped.

Strategy: one pass notes for each exchange its small rows and where its chunks stand; chunks that stand close
together make one run, and when there are too many runs, neighbouring ones are joined (the rows of others that
lie between are skipped when the run is read). So memory stays flat however long the recording is, and however
many streams went on at once.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.cassettes.exchange import Cassette, Chunk, Ending, Exchange, How, Redaction, Response
from harness.cassettes.migrations import steps_from
from harness.cassettes.opening import FIRST_LINE, head_of
from harness.cassettes.rows import (
    End,
    Head,
    Piece,
    Req,
    Res,
    all_members,
    decode,
    ending_of,
    payload,
    request_of,
    unknown_members,
)
from harness.errors import HarnessError, RowError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from harness.cassettes.bodies import Lines
    from harness.jsonvalue import JsonValue

_GAP = 4_096
_MAX_RUNS = 250_000
_AS_WRITTEN = (b'{"k":"c","i":', b'{"k":"req","i":', b'{"k":"res","i":', b'{"k":"end","i":')


@dataclass(slots=True)
class Runs:
    """Byte ranges of a file, in file order: starts and stops alternating."""

    edges: array[int] = field(default_factory=lambda: array("Q"))

    def add(self, start: int, stop: int, gap: int) -> int:
        """Add a range behind the others, or lengthen the last one over a gap; returns how many that added."""
        if self.edges and start - self.edges[-1] <= gap:
            self.edges[-1] = stop
            return 0
        self.edges.extend((start, stop))
        return 1

    def join(self, gap: int) -> int:
        """Join ranges that are at most `gap` bytes apart; returns how many are left."""
        joined = Runs()
        for start, stop in self:
            joined.add(start, stop, gap)
        self.edges = joined.edges
        return len(self.edges) // 2

    def __iter__(self) -> Iterator[tuple[int, int]]:
        for at in range(0, len(self.edges), 2):
            yield self.edges[at], self.edges[at + 1]


@dataclass(frozen=True, slots=True)
class Part:
    """What a `.part` file holds.

    Args:
        cassette: Its exchanges, bodies read lazily; those that were open end with `recorder_crash`.
        first: Index of its first exchange in the cassette that it adds to; 0 where it adds to none.
        open: How many exchanges had no end.
        torn: How many bytes of a last, torn line were dropped.
    """

    cassette: Cassette
    first: int
    open: int
    torn: int


def read_part(lines: Lines, *, source: str = "", gap: int = _GAP, max_runs: int = _MAX_RUNS) -> Part:
    """Read a `.part` file, as it is after a recording or after a crash.

    A last line that has no LF, or is no row, is dropped: it can only be the torn end of a write.

    Args:
        lines: Its lines.
        source: What errors name.
        gap: Chunks of one exchange that are at most so many bytes apart are noted as one run.
        max_runs: How many runs are noted before the gap is widened.

    Raises:
        NotACassette: It is something else, or empty.
        UnknownSchema: It is of a version that this release does not record.
        RowError: A row before the last is malformed, or one stands where it must not.
    """
    head = head_of(lines.first(FIRST_LINE), source)
    steps_from(head.schema, f"{source}:1", {})
    scan = _Scan(source, gap, max_runs)
    torn = offset = 0
    broken: HarnessError | None = None
    for number, line in enumerate(lines, 1):
        if broken is not None:
            raise broken
        if not line.endswith(b"\n"):
            torn = len(line)
            break
        try:
            row = decode(line, source, number)
        except HarnessError as error:
            broken, torn = error, len(line)
            continue
        if isinstance(row, Piece):
            scan.piece(row, number, offset, offset + len(line))
        else:
            scan.take(row, number, line)
        offset += len(line)
    return scan.part(lines, torn)


@dataclass(slots=True)
class _Track:
    """What is known of one exchange of a part file."""

    req: Req
    res: Res | None = None
    end: End | None = None
    runs: Runs = field(default_factory=Runs)
    last_at: int = 0
    redactions: dict[tuple[str, str], int] = field(default_factory=dict)
    extra: dict[str, Mapping[str, JsonValue]] = field(default_factory=dict)

    def note(self, redactions: Iterable[tuple[str, str, int]]) -> None:
        """Keep the latest count of each place and kind: the rows hold totals."""
        for where, label, times in redactions:
            self.redactions[where, label] = times


class _Scan:
    """Takes the rows of one part file in order."""

    def __init__(self, source: str, gap: int, max_runs: int) -> None:
        self._source = source
        self._gap = gap
        self._max_runs = max_runs
        self._runs = 0
        self._head: dict[str, JsonValue] = {}
        self._first = 0
        self._tracks: dict[int, _Track] = {}

    def piece(self, row: Piece, number: int, start: int, stop: int) -> None:
        """Take a chunk that stands between two offsets."""
        track = self._track(row.i, number)
        if track.res is None:
            raise self._misplaced(number, "the response's head first", f"a chunk of exchange {row.i}")
        track.last_at = row.at
        if row.redactions:
            track.note(row.redactions)
        self._runs += track.runs.add(start, stop, self._gap)
        if self._runs > self._max_runs:
            self._widen(stop)

    def take(self, row: object, number: int, line: bytes) -> None:
        """Take any other row."""
        if isinstance(row, Head) and number == 1:
            self._head = all_members(line)
            self._head.pop("part", None)
            self._first = 0 if row.part is None else row.part.first
        elif isinstance(row, Req):
            if row.i in self._tracks:
                raise self._misplaced(number, "one req row an exchange", f"another of exchange {row.i}")
            self._tracks[row.i] = track = _Track(row)
            self._keep(track, "req", row, line)
        elif isinstance(row, Res):
            track = self._track(row.i, number)
            if track.res is not None:
                raise self._misplaced(number, "one res row an exchange", f"another of exchange {row.i}")
            track.res = row
            self._keep(track, "res", row, line)
        elif isinstance(row, End):
            track = self._track(row.i, number)
            track.end = row
            self._keep(track, "end", row, line)
        else:
            raise self._misplaced(
                number, "req, res, c or end rows", f"a row of kind {type(row).__name__.lower()}"
            )

    def part(self, lines: Lines, torn: int) -> Part:
        """What was found."""
        tracks = sorted(self._tracks.items())
        exchanges = tuple(self._exchange(place, *item, lines) for place, item in enumerate(tracks))
        left = sum(track.end is None for _, track in tracks)
        return Part(Cassette(self._head, exchanges, None, self._source), self._first, left, torn)

    def _widen(self, size: int) -> None:
        """Halve the number of runs, or give up when each exchange has one."""
        while self._runs > self._max_runs // 2 and self._gap < size:
            self._gap = 2 * self._gap + 1
            self._runs = sum(track.runs.join(self._gap) for track in self._tracks.values())

    def _exchange(self, place: int, index: int, track: _Track, lines: Lines) -> Exchange:
        end, res = track.end, track.res
        ending = Ending(How.RECORDER_CRASH, track.last_at) if end is None else ending_of(end)
        response = None
        if res is not None:
            body = PartBody(lines, index, track.runs, self._source)
            trailers = () if end is None else end.trailers
            response = Response(res.status, res.headers, body, res.reason, res.http, res.t, trailers)
        redactions = tuple(Redaction(*place, times) for place, times in track.redactions.items())
        request = request_of(track.req)
        return Exchange(place, request, response, ending, track.req.t, redactions, extra=track.extra)

    def _keep(self, track: _Track, kind: str, row: Req | Res | End, line: bytes) -> None:
        track.note(row.redactions)
        if unknown := unknown_members(line, row):
            track.extra[kind] = unknown

    def _track(self, index: int, number: int) -> _Track:
        track = self._tracks.get(index)
        if track is None or track.end is not None:
            raise self._misplaced(
                number, "rows of an exchange between its req and its end", f"one of exchange {index}"
            )
        return track

    def _misplaced(self, number: int, expected: str, found: str) -> RowError:
        return RowError(
            "a row stands where it must not",
            where=f"{self._source}:{number}",
            expected=expected,
            found=found,
            hint="only the recorder writes a .part file; was it edited, or is it a sealed cassette?",
        )


@dataclass(frozen=True, slots=True)
class PartBody:
    """The body of one exchange in a `.part` file: iterate it, as often as you like, to read its chunks."""

    lines: Lines
    index: int
    runs: Runs
    source: str

    def __iter__(self) -> Iterator[Chunk]:
        at = 0
        held: list[bytes] = []
        for row in self._pieces():
            at = row.at
            held.append(payload(row, self.source, 0))
            if not row.more:
                yield Chunk(at, held[0] if len(held) == 1 else b"".join(held))
                held = []
        # A crash, or a secret, came before the rest of the last chunk could be written.
        if held:
            yield Chunk(at, b"".join(held))

    def _pieces(self) -> Iterator[Piece]:
        mine = b'{"k":"c","i":%d,' % self.index
        for start, stop in self.runs:
            for line in self.lines.between(start, stop):
                # Rows of others are told by their first bytes, where they are written as this package does.
                if line.startswith(_AS_WRITTEN) and not line.startswith(mine):
                    continue
                row = decode(line, self.source, 0)
                if isinstance(row, Piece) and row.i == self.index:
                    yield row
