"""What is to be judged, as exchanges, and what is known of each."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from harness.cassettes.bodies import MemoryLines
from harness.cassettes.exchange import Cassette, Chunk, Ending, Exchange, How, Response
from harness.cassettes.foreign import Format, detect, read_foreign
from harness.cassettes.plain import plain_request
from harness.cassettes.reading import read_lines
from harness.checking.exchanges import facts_of
from harness.errors import FileAccessError, ForeignFormatError, InputError
from harness.io.recordings import SUFFIX, read_bytes, read_recording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from harness.errors import HarnessError
    from harness.rules.rule import Need

_PEEK = 4096
_READ = 65_536
_NEVER_RECORDINGS: frozenset[Format] = frozenset({"unknown", "empty", "html"})


class Subject(NamedTuple):
    """One exchange to judge.

    Args:
        exchange: The exchange.
        known: What of it was recorded and not made up.
        bare: It is a body without a head, of which nothing but its bytes says what it is.
    """

    exchange: Exchange
    known: frozenset[Need]
    bare: bool = False


def of_file(path: Path, *, request: bytes | None = None, found: bool = False) -> Iterator[Subject]:
    """The exchanges of one file, bodies read when they are asked for.

    Args:
        path: Where it lies.
        request: What a plain body answers.
        found: It was found in a folder: where it is no recording at all, there is nothing to judge.

    Raises:
        InputError: It cannot be read as any recording.
        FileAccessError: The system does not let it be read.
    """
    start = _start(path)
    kind = detect(start, path.name)
    if kind == "sse":
        # A stream may be larger than the memory; every other format of others has to be read whole.
        yield of_chunks(FileChunks(path), request=request)
        return
    if found and kind != "cassette" and not _is_recording(path):
        return
    if kind == "empty" and not path.name.endswith(SUFFIX):
        read_foreign(b"", str(path))  # raises what there is to say
    cassette = read_recording(path, request=request)
    yield from of_cassette(cassette)


def _is_recording(path: Path) -> bool:
    """Whether a file that was found is a recording by what it holds: folders are full of YAML and JSON."""
    if path.suffix == ".har":
        return True
    data = read_bytes(path)
    kind = detect(data)
    if kind in _NEVER_RECORDINGS:
        return kind == "empty" and path.suffix not in {".json", ".yaml", ".yml"}
    return True


def of_stdin(pieces: Iterator[bytes], *, source: str, request: bytes | None = None) -> Iterator[Subject]:
    """The exchanges of what standard input gives: a plain stream as it comes, anything else when it has ended.

    Raises:
        InputError: It cannot be read as any recording.
    """
    first: list[bytes] = []
    size = 0
    for piece in pieces:
        first.append(piece)
        size += len(piece)
        if size >= _PEEK or detect(b"".join(first)) == "sse":
            break
    if detect(b"".join(first)) == "sse":
        yield of_chunks((Chunk(0, piece) for piece in chain(first, pieces)), request=request)
        return
    data = b"".join(chain(first, pieces))
    if detect(data) == "cassette":
        yield from of_cassette(read_lines(MemoryLines(data), source=source))
    else:
        yield from of_cassette(read_foreign(data, source, request=request))


def of_cassette(cassette: Cassette) -> Iterator[Subject]:
    """The exchanges of a recording.

    Raises:
        ForeignFormatError: It holds none.
    """
    known = facts_of(cassette)
    bare = "head" not in known
    yield from (Subject(exchange, known, bare) for exchange in cassette.exchanges)
    if not cassette.exchanges:
        raise ForeignFormatError(
            "this recording holds no exchange", where=cassette.source or None, expected="at least one"
        )


def of_chunks(chunks: Iterable[Chunk], *, request: bytes | None = None, timed: bool = False) -> Subject:
    """A bare body as an exchange.

    Args:
        chunks: The body; they are read once.
        request: What it answers.
        timed: The times of the chunks are real.
    """
    response = Response(200, (), chunks, reason="OK")
    exchange = Exchange(0, plain_request(request), response, Ending(How.COMPLETE))
    known: frozenset[Need] = frozenset({"request", "times"} if timed else {"request"})
    return Subject(exchange, known, bare=True)


class FileChunks:
    """The bytes of a file, read a piece at a time, any number of times."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __iter__(self) -> Iterator[Chunk]:
        """Open it and read.

        Raises:
            FileAccessError: The system does not let it be read.
        """
        try:
            with self._path.open("rb", buffering=0) as file:
                while data := file.read(_READ):
                    yield Chunk(0, data)
        except OSError as error:
            raise _refused(self._path, error) from error


def lines_at(path: Path, places: Iterable[int]) -> dict[int, int]:
    """The lines (from 1) on which bytes of a file stand, by their offsets.

    Raises:
        FileAccessError: The system does not let it be read.
    """
    found: dict[int, int] = {}
    wanted = sorted(places)
    offset, line = 0, 1
    for _, data in FileChunks(path):
        start = 0
        while wanted and wanted[0] < offset + len(data):
            place = wanted.pop(0)
            line += data.count(b"\n", start, place - offset)
            start = place - offset
            found[place] = line
        line += data.count(b"\n", start)
        offset += len(data)
        if not wanted:
            break
    return found


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_PEEK)
    except OSError as error:
        raise _refused(path, error) from error


def _refused(path: Path, error: OSError) -> HarnessError:
    if isinstance(error, FileNotFoundError):
        return InputError("there is no such file", where=str(path))
    return FileAccessError("cannot read this file", where=str(path), found=error.strerror)
