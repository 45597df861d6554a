"""Bodies that stay where they are: chunks cut from `wire` and payload rows while they are iterated.

Nothing here opens a file. Whoever has lines hands in a `Lines`, which reads them from the beginning or between
two byte offsets, anew each time.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from harness.cassettes.exchange import Chunk
from harness.cassettes.rows import Body, Ev, Wire, decode, payload
from harness.errors import RowError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Lines(Protocol):
    """The lines of one file, each with its LF (the last may lack it)."""

    def __iter__(self) -> Iterator[bytes]:
        """All lines, from the first."""
        ...

    def between(self, start: int, stop: int) -> Iterator[bytes]:
        """The lines that begin at byte offset `start` and end at `stop`."""
        ...

    def first(self, limit: int) -> bytes:
        """The first line, or as much of it as `limit` bytes hold."""
        ...


@dataclass(frozen=True, slots=True)
class MemoryLines:
    """Lines of bytes that are in memory."""

    data: bytes

    def __iter__(self) -> Iterator[bytes]:
        return self.between(0, len(self.data))

    def between(self, start: int, stop: int) -> Iterator[bytes]:
        """The lines that begin at byte offset `start` and end at `stop`."""
        while start < stop:
            end = self.data.find(b"\n", start) + 1 or len(self.data)
            yield self.data[start:end]
            start = end

    def first(self, limit: int) -> bytes:
        """The first line, or as much of it as `limit` bytes hold."""
        end = self.data.find(b"\n", 0, limit) + 1 or limit
        return self.data[:end]


@dataclass(frozen=True, slots=True)
class LazyBody:
    """The body of one exchange in a sealed cassette: iterate it, as often as you like, to read its chunks.

    Args:
        lines: The cassette's lines.
        start: Byte offset of the first row behind the response's head.
        stop: Byte offset behind the last payload row.
        size: How many bytes the body has.
        sha256: Its hash as the `end` row has it, in hex.
        source: What errors name.
    """

    lines: Lines
    start: int
    stop: int
    size: int
    sha256: str | None
    source: str

    def __iter__(self) -> Iterator[Chunk]:
        if self.start == self.stop:
            return iter(())
        return chunks_of(
            self.lines.between(self.start, self.stop), source=f"{self.source}, from byte {self.start}"
        )


def chunks_of(lines: Iterable[bytes], *, source: str) -> Iterator[Chunk]:
    """The chunks of one body, from its `wire` and payload rows.

    The payload rows are joined and cut again by the lengths of the `wire` rows; never is more in memory than
    one chunk, one row, and the lengths that stand ahead.

    Raises:
        RowError: The rows are not those that were there when the cassette was read.
    """
    due: deque[tuple[int, int]] = deque()
    parts: list[bytes] = []
    have = 0
    for number, line in enumerate(lines, 1):
        row = decode(line, source, number)
        if isinstance(row, Wire):
            due.extend(zip(row.at, row.len, strict=True))
            continue
        if not isinstance(row, (Ev, Body)):
            raise _changed(f"{source}:{number}")
        data = payload(row, source, number)
        parts.append(data)
        have += len(data)
        if not due or have < due[0][1]:
            continue
        data = b"".join(parts)
        start = 0
        while due and have - start >= due[0][1]:
            at, length = due.popleft()
            yield Chunk(at, data[start : start + length])
            start += length
        have -= start
        parts = [data[start:]] if have else []
    # Chunks without bytes need no payload row behind them.
    while due and due[0][1] == 0:
        yield Chunk(due.popleft()[0], b"")
    if due or have:
        raise _changed(source)


def _changed(where: str) -> RowError:
    return RowError(
        "the body is not what it was when the cassette was read",
        where=where,
        expected="the same wire and payload rows",
        found="other rows",
        hint="was the file replaced while it was in use? read it again",
    )
