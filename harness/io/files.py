"""Cassettes as files: read with lazy bodies, written whole and replaced atomically, sealed and recovered.

Strategy: everything that is written goes to a temporary file beside the target first, is carried to the disk,
and takes the target's place in one step. Whoever reads meets the old file or the new one, never half of one.
"""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cassettes.reading import read_lines
from harness.cassettes.sealing import read_part
from harness.cassettes.writing import Sealer, head_line, lines_of, true_head
from harness.errors import CassetteError, FileAccessError, NotACassette
from harness.io.partfile import in_use, target_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from harness.cassettes.exchange import Cassette
    from harness.cassettes.sealing import Part
    from harness.cassettes.writing import KeyOf

_BUFFER = 1 << 18
_AT_ONCE = 1 << 16  # bytes of lines that are read together
_WINDOWS = os.name == "nt"
_REPLACE_TRIES = 40  # Windows refuses while a virus scanner or an editor has the file open; 50 ms apart


def read_cassette(path: str | Path, *, check_hash: bool = True) -> Cassette:
    """Read a sealed cassette.

    Every row is checked; bodies stay in the file and are read when they are iterated, so the file must stay
    where it is, unchanged.

    Args:
        path: Where it lies.
        check_hash: Whether the rows must be those that were sealed; without it a file that was edited by hand
            can be read.

    Raises:
        NotACassette: It is something else.
        UnknownSchema: It is of a version that this release does not know.
        RowError: A row is malformed, or stands where it must not.
        TruncatedCassette: It was never sealed, or lost its end.
        HashMismatch: It was changed after it was sealed.
        FileAccessError: The file cannot be read.
    """
    return read_lines(FileLines(Path(path)), source=str(path), check_hash=check_hash)


def write_cassette(cassette: Cassette, path: str | Path, *, key_of: KeyOf | None = None) -> None:
    """Write a cassette, sealed, in place of whatever lies there.

    The cassette may have been read from the same path.

    Args:
        cassette: What to write.
        path: Where to. The folder is made where it is missing.
        key_of: Computes the `key` rows; without it an exchange keeps the key that it has.

    Raises:
        FileAccessError: It cannot be written; what lay there is untouched.
    """
    _replace(Path(path), lines_of(cassette, key_of=key_of))


def write_text(path: Path, text: str) -> None:
    """Write a small file in one replacement, as UTF-8 with LF line ends.

    Raises:
        FileAccessError: It cannot be written; what lay there is untouched.
    """
    _replace(path, [text.encode()])


def read_part_file(path: str | Path) -> Part:
    """Read what an unsealed recording holds, without touching it.

    Raises:
        RowError: It was damaged elsewhere than at its end.
        FileAccessError: The file cannot be read.
    """
    return read_part(FileLines(Path(path), grows=True), source=str(path))


def seal(
    part_path: str | Path,
    target: str | Path | None = None,
    *,
    append: bool | None = None,
    key_of: KeyOf | None = None,
) -> Path:
    """Turn a `.part` file that its recorder has closed into a sealed cassette, and remove it.

    Args:
        part_path: The recording.
        target: The cassette; by default the part's own name without `.part`. Replaced where it is there.
        append: Keep the exchanges of a cassette that is there, word for word, and add the new ones; by default
            as the recording says.
        key_of: Computes the `key` rows of the new exchanges.

    Returns:
        The path of the cassette.

    Raises:
        CassetteError: The part, or the cassette to add to, is damaged. Both are left as they are.
        FileAccessError: A file cannot be read or written. Nothing is lost: the part is still there.
    """
    source = Path(part_path)
    goal = target_path(source) if target is None else Path(target)
    part = read_part_file(source)
    if append is None:
        append = part.first > 0
    if append and goal.exists():
        _replace(goal, _appended(goal, part, key_of))
    else:
        _replace(goal, lines_of(part.cassette, key_of=key_of))
    with contextlib.suppress(OSError):
        source.unlink()
    return goal


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was saved from a recording that never ended.

    Args:
        path: The cassette.
        whole: How many exchanges had ended.
        open: How many were open; they end with `recorder_crash`.
        torn: How many bytes of a torn last line were dropped.
    """

    path: Path
    whole: int
    open: int
    torn: int


def recover(
    part_path: str | Path, target: str | Path | None = None, *, key_of: KeyOf | None = None
) -> Recovered:
    """Seal what a recorder left behind that died.

    Raises:
        CassetteError: The part is damaged elsewhere than at its end; it is left as it is.
        FileAccessError: It is still being recorded; or there is a cassette of that name that the recording was
            not to add to, which is not overwritten.
    """
    source = Path(part_path)
    goal = target_path(source) if target is None else Path(target)
    if in_use(source):
        raise FileAccessError(
            "this recording is still running",
            where=str(source),
            expected="a recorder that has ended",
            hint="end the recorder: it seals the recording itself",
        )
    part = read_part_file(source)
    if goal.exists() and part.first == 0:
        raise FileAccessError(
            "there is a cassette of that name already",
            where=str(goal),
            expected="no file, as the recording did not add to one",
            hint="give another name with -o, or move the old cassette away",
        )
    path = seal(source, goal, key_of=key_of)
    return Recovered(path, len(part.cassette.exchanges) - part.open, part.open, part.torn)


def _appended(target: Path, part: Part, key_of: KeyOf | None) -> Iterator[bytes]:
    old = read_cassette(target)
    redactions = [(it.index, *redaction) for it in old.exchanges for redaction in it.redactions]
    sealer = Sealer(len(old.exchanges), redactions)
    former: list[bytes] = []
    head = true_head(old.head, part.cassette.exchanges)
    for number, line in enumerate(FileLines(target)):
        if former:
            yield sealer.add(former.pop())
        former.append(head_line(head) if number == 0 and head is not old.head else line)
    for exchange in part.cassette.exchanges:
        yield from sealer.exchange(exchange, key_of)
    yield sealer.seal(old.seal)


class FileLines:
    """The lines of one file, from its beginning or between two offsets, anew at each iteration.

    What was read first tells where everything else stands, so a file that is another one by now, or was written to,
    is refused: its bytes at those offsets are somebody else's.

    Args:
        path: Where it lies.
        grows: Whether more lines may be added at its end meanwhile, as to a recording that is still running.

    Raises (while reading):
        CassetteError: The file changed since its first line was read.
        NotACassette: It is gone, or is a folder.
        FileAccessError: It cannot be read.
    """

    def __init__(self, path: Path, *, grows: bool = False) -> None:
        self._path = path
        self._grows = grows
        self._known: os.stat_result | None = None

    def __iter__(self) -> Iterator[bytes]:
        with self._opened() as file:
            yield from file

    def first(self, limit: int) -> bytes:
        """The first line, or as much of it as `limit` bytes hold."""
        with self._opened() as file:
            return file.readline(limit)

    def between(self, start: int, stop: int) -> Iterator[bytes]:
        """The lines that begin at `start` and end before `stop`."""
        with self._opened() as file:
            file.seek(start)
            # Lines are read until they are longer than that; so the last one ends at `stop`, and none is behind it.
            while start < stop and (lines := file.readlines(max(1, min(stop - start - 1, _AT_ONCE)))):
                # A body is read while its stream plays, for minutes perhaps: what was read next may be new.
                self._check(file)
                start += sum(map(len, lines))
                yield from lines
        if start < stop:
            raise self._changed(f"the file ends at byte {start}")

    def _check(self, file: BinaryIO) -> None:
        found = os.fstat(file.fileno())
        known = self._known
        if known is None:
            self._known = found
            return
        # Some file systems have no inode numbers and say 0.
        if found.st_ino != known.st_ino and found.st_ino and known.st_ino:
            raise self._changed("another file of that name")
        if self._grows and found.st_size >= known.st_size:
            return
        if (found.st_size, found.st_mtime_ns) != (known.st_size, known.st_mtime_ns):
            raise self._changed(
                f"{found.st_size} bytes instead of {known.st_size}"
                if found.st_size != known.st_size
                else "it was written to"
            )

    def _changed(self, found: str) -> CassetteError:
        return CassetteError(
            "the file changed while it was open",
            where=str(self._path),
            expected="the file as it was when it was read first",
            found=found,
            hint="read it again, or start the server anew; record to another file while this one is played",
        )

    @contextlib.contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        try:
            file = self._path.open("rb", buffering=_BUFFER)
        except OSError as error:
            if isinstance(error, FileNotFoundError):
                raise NotACassette(
                    "there is no such file",
                    where=str(self._path),
                    expected="a cassette",
                    hint="is the path right? it counts from the folder in which the command runs",
                ) from None
            # Windows says PermissionError where it means that this is a folder.
            if self._path.is_dir():
                raise NotACassette(
                    "this is a folder, not a cassette",
                    where=str(self._path),
                    expected="a file such as chat.cassette.jsonl",
                    hint="name the file inside it",
                ) from None
            raise self._unreadable(error) from error
        with file:
            try:
                self._check(file)
                yield file
            except OSError as error:  # such as a network drive that went away
                raise self._unreadable(error) from error

    def _unreadable(self, error: OSError) -> FileAccessError:
        return FileAccessError(
            "the file cannot be read", where=str(self._path), found=error.strerror or str(error)
        )


def _replace(path: Path, lines: Iterable[bytes]) -> None:
    """Write lines to a temporary file beside `path`, then put it in its place."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fd, name = _temporary(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        with open(fd, "wb", buffering=_BUFFER) as file:  # noqa: PTH123 - a file descriptor
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        _swap(name, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            name.unlink()
        if isinstance(error, OSError):
            raise _unwritable(path, error) from error
        raise


def _temporary(path: Path) -> tuple[int, Path]:
    """A new file beside `path`, with the permissions that the umask leaves, or those of the file there."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    for number in count():
        name = path.with_name(f".{path.name}.{os.getpid()}-{number}.tmp")
        with contextlib.suppress(FileExistsError):
            fd = os.open(name, flags, 0o666)
            with contextlib.suppress(OSError):
                name.chmod(path.stat().st_mode & 0o777)
            return fd, name
    raise AssertionError


def _swap(name: Path, path: Path) -> None:
    for left in range(_REPLACE_TRIES, -1, -1):
        try:
            name.replace(path)
        except PermissionError:
            if not _WINDOWS or not left:
                raise
            time.sleep(0.05)
        else:
            return


def _unwritable(path: Path, error: OSError) -> FileAccessError:
    return FileAccessError(
        "this file cannot be written",
        where=str(path),
        found=error.strerror or str(error),
        hint="is the folder there and writable, and the disk not full?",
    )
