"""The `.part` file: where a recording lives until it is sealed.

It is made with mode 0600, so that nobody else reads it before the recorder has looked at it, and locked, so
that two recorders of one cassette do not mix their rows. Every write goes to the operating system at once: a
killed process loses nothing that was written. `sync` carries it to the disk.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import tempfile
from typing import TYPE_CHECKING, Self

from harness.errors import FileAccessError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

_FAR = 1 << 40  # Windows locks bytes, and forbids others to read them: lock one that no file has
_HELD = frozenset({errno.EACCES, errno.EAGAIN, errno.EDEADLK, getattr(errno, "EDEADLOCK", errno.EDEADLK)})


def part_path(target: Path) -> Path:
    """Where the recording of a cassette lives until it is sealed: `x.cassette.jsonl.part`."""
    return target.with_name(f"{target.name}.part")


def target_path(part: Path) -> Path:
    """The cassette that a `.part` file becomes.

    Raises:
        FileAccessError: The name does not end with `.part`.
    """
    if part.suffix != ".part":
        raise FileAccessError(
            "this is not a recording's working file",
            where=str(part),
            expected="a name that ends with .part",
            hint="a sealed cassette needs no recovery; to seal one anew, use `harness cassette reseal`",
        )
    return part.with_suffix("")


class PartFile:
    """A new `.part` file, open for appending and locked.

    Args:
        target: The cassette that it is to become. Its folder is made where it is missing.

    Raises:
        FileAccessError: The file cannot be made; another recorder has it; or one that was never sealed lies
            there, which is not overwritten.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = part_path(target)
        self._fd = -1
        self._made = [one for one in target.parents if not one.exists()]
        try:
            self._fd = self._opened()
        except OSError as error:
            raise _refused("the recording cannot be written", self.path, error) from error
        try:
            _claim(self._fd, self.path)
        except FileAccessError:
            self.close()
            raise

    def _opened(self) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        flags |= getattr(os, "O_CLOEXEC", 0)
        self.target.parent.mkdir(parents=True, exist_ok=True)
        try:
            return os.open(self.path, flags, 0o600)
        except FileNotFoundError:  # another recorder has just taken away what it had made, and was empty
            self.target.parent.mkdir(parents=True, exist_ok=True)
            return os.open(self.path, flags, 0o600)

    def remove(self) -> None:
        """Take the file away, and those of its folders that were made for it and hold nothing else."""
        self.close()
        with contextlib.suppress(OSError):
            self.path.unlink()
            for folder in self._made:
                folder.rmdir()

    def append(self, rows: bytes) -> None:
        """Append whole lines with one call to the operating system.

        Raises:
            FileAccessError: They could not be written, or only in part.
        """
        try:
            written = os.write(self._fd, rows)
            while written < len(rows):  # only a full disk or a signal stops a write to a file half-way
                written += os.write(self._fd, rows[written:])
        except OSError as error:
            raise _refused("the recording cannot be written", self.path, error) from error

    def sync(self) -> None:
        """Carry to the disk what was appended; called when an exchange ends.

        Raises:
            FileAccessError: The disk refused.
        """
        try:
            os.fsync(self._fd)
        except OSError as error:
            raise _refused("the recording cannot be written", self.path, error) from error

    def close(self) -> None:
        """Close and unlock; the file stays."""
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            with contextlib.suppress(OSError):
                os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def in_use(part: Path) -> bool:
    """Whether a recorder, of this process or another, has the file open."""
    try:
        fd = os.open(part, os.O_RDWR | getattr(os, "O_BINARY", 0))
    except OSError:
        return False
    try:
        _lock(fd, part)
    except FileAccessError:
        return True
    finally:
        os.close(fd)
    return False


def refuse_taken(target: Path) -> None:
    """Find out before a recording begins whether the cassette's `.part` file is free.

    Raises:
        FileAccessError: Another recorder has it; or one that was never sealed lies there.
    """
    part = part_path(target)
    try:
        fd = os.open(part, os.O_RDWR | getattr(os, "O_BINARY", 0))
    except OSError:
        return  # it is not there; or whoever makes it will hear what is wrong with it
    try:
        _claim(fd, part)
    finally:
        os.close(fd)


def refuse_unwritable(target: Path, *, hint: str) -> None:
    """Find out whether a file can be made; folders that are missing are made later, when it is.

    Args:
        target: The file.
        hint: What the caller's user can do where it cannot.

    Raises:
        FileAccessError: It cannot; says why.
    """
    folder = target.absolute().parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        # Only trying tells: permissions do not, on Windows, for root, or on a read-only file system.
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise FileAccessError(
            "no file can be made here",
            where=str(target),
            expected="a folder that can be written",
            found=f"{folder}: {error.strerror or error}",
            hint=hint,
        ) from error


def _claim(fd: int, path: Path) -> None:
    """Lock a file that must be empty."""
    _lock(fd, path)
    if size := os.fstat(fd).st_size:
        raise FileAccessError(
            "an earlier recording of this cassette was never sealed",
            where=str(path),
            expected="no file of this name",
            found=f"{size} bytes",
            hint=f"keep it with `harness cassette recover {path}`, or delete it",
        )


def _lock(fd: int, path: Path) -> None:
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - exists on Windows alone

            os.lseek(fd, _FAR, os.SEEK_SET)
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - exists elsewhere

            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _HELD:
            return  # some network file systems cannot lock: recording goes on without
        raise FileAccessError(
            "another recorder is writing this cassette",
            where=str(path),
            expected="one recorder a cassette",
            hint="end it, or record into another file",
        ) from error


def _refused(message: str, path: Path, error: OSError) -> FileAccessError:
    return FileAccessError(
        message,
        where=str(path),
        found=error.strerror or str(error),
        hint="is the folder there and writable, and the disk not full?",
    )
