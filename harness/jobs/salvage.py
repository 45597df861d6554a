"""What is left of a cassette that lost its end: a copy that broke off, a disk that was full.

Whole exchanges are taken as they are; of the one that broke off, what came before the break, ending with
`recorder_crash`, since what came after it is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Response
from harness.cassettes.opening import FIRST_LINE, head_of
from harness.cassettes.reading import read_lines
from harness.cassettes.rows import (
    Body,
    End,
    Ev,
    Req,
    Res,
    Row,
    Seal,
    Wire,
    decode,
    encode,
    payload,
    request_of,
)
from harness.errors import HarnessError, UsageError
from harness.io.files import FileLines, Recovered
from harness.jobs.safety import write_safely

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


def salvage(path: Path, output: Path) -> Recovered:
    """Write what is left of a cassette that lost its end to another file.

    Raises:
        UsageError: It has its seal: nothing is missing at its end.
        NotACassette: It is something else.
        RowError: It is damaged elsewhere than at its end.
        SecretFound: What is left holds something that looks like a live key.
        FileAccessError: A file cannot be read or written.
    """
    source = str(path)
    head_of(FileLines(path).first(FIRST_LINE), source)
    left = _survey(path, source)
    cassette = read_lines(left, source=source, check_hash=False)
    open_ = _broken_off(left.tail, source)
    exchanges = [*cassette.exchanges, *open_]
    write_safely(replace(cassette, exchanges=exchanges, seal=None), output)
    return Recovered(output, len(cassette.exchanges), len(open_), left.torn)


@dataclass(frozen=True)
class _Left:
    """The lines up to the last whole exchange, with a seal in the place of what is missing.

    Args:
        file: All lines.
        stop: Where the last whole exchange ends.
        whole: How many there are.
        tail: The rows behind it.
        torn: Bytes of a last line that broke off.
    """

    file: FileLines
    stop: int
    whole: int
    tail: Sequence[Row]
    torn: int

    def __iter__(self) -> Iterator[bytes]:
        yield from self.file.between(0, self.stop)
        yield encode(Seal(self.whole, "0" * 64))

    def first(self, limit: int) -> bytes:
        return self.file.first(limit)

    def between(self, start: int, stop: int) -> Iterator[bytes]:
        return self.file.between(start, stop)


def _survey(path: Path, source: str) -> _Left:
    tail: list[Row] = []
    offset = stop = whole = 0
    size = path.stat().st_size
    for number, line in enumerate(FileLines(path), start=1):
        offset += len(line)
        try:
            row = decode(line, source, number)
        except HarnessError:
            if offset < size:
                raise
            return _Left(FileLines(path), stop, whole, tail, len(line))
        if isinstance(row, Seal):
            raise UsageError(
                "this cassette has its end",
                where=source,
                hint="`harness cassette verify` says what is wrong with it",
            )
        tail.append(row)
        if number == 1 or isinstance(row, End):
            stop, whole, tail = offset, whole + (number > 1), []
    return _Left(FileLines(path), stop, whole, tail, 0)


def _broken_off(rows: Sequence[Row], source: str) -> list[Exchange]:
    """The exchange that these first rows are of; none where not even its request is whole."""
    if not rows or not isinstance(rows[0], Req):
        return []
    held = b"".join(payload(row, source, 0) for row in rows if isinstance(row, Ev | Body))
    chunks: list[Chunk] = []
    start = 0
    for row in rows:
        if isinstance(row, Wire):
            for at_us, length in zip(row.at, row.len, strict=False):
                data = held[start : start + length]
                start += length
                if data or not length:
                    chunks.append(Chunk(at_us, data))
    response = next(
        (
            Response(row.status, row.headers, tuple(chunks), row.reason, row.http, row.t)
            for row in rows
            if isinstance(row, Res)
        ),
        None,
    )
    ending = Ending(How.RECORDER_CRASH, chunks[-1].at_us if chunks else 0)
    return [Exchange(rows[0].i, request_of(rows[0]), response, ending, rows[0].t)]
