"""Tests that record into one file take turns, also in several processes."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from harness.errors import FileAccessError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE: Final = 600.0
"""Seconds; a test that records for longer than that is stuck."""
_NAP: Final = 0.02


@contextmanager
def turn(path: Path) -> Iterator[None]:
    """Wait until no other test records into a file, and keep others waiting to the end of the block.

    Where files cannot be made or locked, nobody waits: the recorder's own lock then refuses the second of two.

    Args:
        path: The cassette; it need not exist.

    Raises:
        FileAccessError: Somebody has been recording for ten minutes.
    """
    digest = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:20]
    lock = Path(tempfile.gettempdir()) / f"llm-stream-harness-{digest}.lock"
    try:
        fd = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:  # a folder that is read-only, or somebody else's file
        yield
        return
    try:
        _wait(fd, path)
        yield
    finally:
        os.close(fd)  # which unlocks


def _wait(fd: int, path: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while not _locked(fd):
        if time.monotonic() > until:
            raise FileAccessError(
                "another test has been recording this cassette for ten minutes",
                where=str(path),
                hint="end it, or give each test its own cassette",
            )
        time.sleep(_NAP)


def _locked(fd: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - exists on Windows alone

            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - exists elsewhere

            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True
    return True
