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
)
from harness.errors import HarnessError, RowError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from harness.cassettes.reading import LinesBetween
    from harness.jsonvalue import JsonValue

_GAP = 4_096
_MAX_RUNS = 250_000


@dataclass(slots=True)
class _Runs:
    """Byte ranges of a file, in order: starts and stops alternating."""

    edges: array[int] = field(default_factory=lambda: array("Q"))

    def add(self, start: int, stop: int, gap: int) -> int:
        """Add a range behind the others, or lengthen the last; returns how many ranges that added."""
        if self.edges and start - self.edges[-1] <= gap:
            self.edges[-1] = stop
            return 0
        self.edges.extend((start, stop))
        return 1

    def join(self, gap: int) -> int:
        """Join ranges that are at most `gap` bytes apart; returns how many are left."""
        joined = _Runs()
        for start, stop in self:
            joined.add(start, stop, gap)
        self.edges = joined.edges
        return len(self.edges) // 2

    def __iter__(self) -> Iterator[tuple[int, int]]:
        edges = self.edges
        return iter(zip(edges[::2], edges[1::2], strict=True))


@dataclass(slots=True)
class _Track:
    """What is known of one exchange of a part file."""

    req: Req
    res: Res | None = None
    end: End | None = None
    runs: _Runs = field(default_factory=_Runs)
    last_at: int = 0
    redactions: dict[tuple[str, str], int] = field(default_factory=dict)

    def note(self, redactions: Iterable[tuple[str, str, int]]) -> None:
        """Later counts of the same place and kind replace earlier ones: they are totals."""
        for where, label, times in redactions:
            self.redactions[where, label] = times


@dataclass(frozen=True, slots=True)
class Part:
    """What a `.part` file holds.

    Args:
        cassette: Its exchanges, chunks read lazily; those that were open end with `recorder_crash`.
        first: Index of the first exchange in the cassette to which the recording belongs.
        open: How many exchanges had no end.
        torn: How many bytes of a last, torn line were dropped.
    """

    cassette: Cassette
    first: int
    open: int
    torn: int


@dataclass(frozen=True, slots=True)
class _PartBody:
    """Chunks of one exchange in a part file; can be iterated any number of times."""

    between: LinesBetween
    index: int
    runs: _Runs
    source: str

    def __iter__(self) -> Iterator[Chunk]:
        mine = b'{"k":"c","i":%d,' % self.index
        held: list[bytes] = []
        at = 0
        for start, stop in self.runs:
            for line in self.between(start, stop):
                if not line.startswith(mine):
                    continue
                where = f"{self.source}@{start}"
                row = decode(line, where)
                if not isinstance(row, Piece):  # pragma: no cover - the prefix says that it is one
                    continue
                data = payload(row, where)
                at = row.at
                if row.more:
                    held.append(data)
                elif held:
                    yield Chunk(at, b"".join((*held, data)))
                    held = []
                else:
                    yield Chunk(at, data)
        if held:
            yield Chunk(at, b"".join(held))


def read_part(lines: Iterable[bytes], between: LinesBetween, *, source: str) -> Part:
    """Read a `.part` file, as it is after a recording or after a crash.

    A last line without LF, or that is no row, is dropped. It can only be the torn end of a write.

    Args:
        lines: All lines.
        between: Reads lines by byte offsets.
        source: What errors name.

    Raises:
        RowError: A row before the last is malformed, or stands where it must not.
    """
    scan = _Scan(source)
    torn = 0
    offset = 0
    held: HarnessError | None = None
    for number, line in enumerate(lines, 1):
        if held is not None:
            raise held
        where = f"{source}:{number}"
        if not line.endswith(b"\n"):
            torn = len(line)
            break
        try:
            scan.take(line, offset, where)
        except HarnessError as error:
            held = error
            torn = len(line)
        offset += len(line)
    return scan.part(between, torn)


class _Scan:
    """Takes the lines of one part file in order."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._head: dict[str, JsonValue] = {}
        self._first = 0
        self._tracks: dict[int, _Track] = {}
        self._count = 0
        self._gap = _GAP

    def take(self, line: bytes, offset: int, where: str) -> None:
        """Take one line."""
        row = decode(line, where)
        if isinstance(row, Piece):
            track = self._track(row.i, where)
            track.last_at = row.at
            if row.redactions:
                track.note(row.redactions)
            self._count += track.runs.add(offset, offset + len(line), self._gap)
            if self._count > _MAX_RUNS:
                self._join()
        elif isinstance(row, Req):
            if row.i in self._tracks:
                raise _misplaced(where, "each exchange begins once", f"a second req row of exchange {row.i}")
            self._tracks[row.i] = track = _Track(row)
            track.note(row.redactions)
        elif isinstance(row, Res):
            track = self._track(row.i, where)
            track.res = row
            track.note(row.redactions)
        elif isinstance(row, End):
            track = self._track(row.i, where)
            track.end = row
            track.note(row.redactions)
        elif isinstance(row, Head):
            self._head = all_members(line)
            self._head.pop("part", None)
            self._first = 0 if row.part is None else row.part.first
        else:
            raise _misplaced(
                where, "rows of a recording: head, req, res, c, end", f"a {row.__struct_config__.tag} row"
            )

    def _track(self, index: int, where: str) -> _Track:
        track = self._tracks.get(index)
        if track is None or track.end is not None:
            raise _misplaced(
                where, "rows of an exchange between its req and its end", f"a row of exchange {index}"
            )
        return track

    def _join(self) -> None:
        while self._count > _MAX_RUNS // 2:
            self._gap *= 2
            self._count = sum(track.runs.join(self._gap) for track in self._tracks.values())

    def part(self, between: LinesBetween, torn: int) -> Part:
        """What was found."""
        tracks = sorted(self._tracks.items())
        exchanges = tuple(
            self._exchange(place, index, track, between) for place, (index, track) in enumerate(tracks)
        )
        left = sum(track.end is None for _, track in tracks)
        return Part(Cassette(self._head, exchanges, None, self._source), self._first, left, torn)

    def _exchange(self, place: int, index: int, track: _Track, between: LinesBetween) -> Exchange:
        end, res = track.end, track.res
        ending = Ending(How.RECORDER_CRASH, track.last_at) if end is None else ending_of(end)
        response = None
        if res is not None:
            body: Sequence[Chunk] | _PartBody = _PartBody(between, index, track.runs, self._source)
            response = Response(
                res.status,
                res.headers,
                body,
                res.reason,
                res.http,
                res.t,
                () if end is None else end.trailers,
            )
        redactions = tuple(
            Redaction(where, label, times) for (where, label), times in track.redactions.items()
        )
        return Exchange(place, request_of(track.req), response, ending, track.req.t, redactions)


def _misplaced(where: str, expected: str, found: str) -> RowError:
    return RowError(
        "a row stands where it must not",
        where=where,
        expected=expected,
        found=found,
        hint="a .part file is written by the recorder alone; was it edited, or written by two recorders?",
    )
