"""Where a command may write, asked before the work begins rather than after it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from harness.errors import FileAccessError
from harness.io import partfile


def refuse_existing(path: Path, *, overwrite: bool, hint: str) -> None:
    """Refuse to write over something.

    Raises:
        FileAccessError: It is a folder; or it is there, and `overwrite` is not given.
    """
    if path.is_dir():
        raise FileAccessError(
            "this is a folder",
            where=str(path),
            expected="the name of a file",
            hint="name a file in it with -o",
        )
    if path.exists() and not overwrite:
        raise FileAccessError("this file exists already", where=str(path), hint=hint)


def refuse_unwritable(path: Path, *, hint: str = "name another place with -o") -> None:
    """Find out whether a file can be made; folders that are missing are made later, when it is.

    Raises:
        FileAccessError: It cannot; says why.
    """
    partfile.refuse_unwritable(path, hint=hint)


def write_whole(path: Path, data: bytes) -> Path:
    """Write a file whole or not at all; its folder is made where it is missing.

    Raises:
        FileAccessError: It cannot be written; what lay there is untouched.
    """
    name: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        with open(handle, "wb") as file:  # noqa: PTH123 - a file descriptor
            file.write(data)
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(0o666 & ~umask)
        Path(name).replace(path)
    except OSError as error:
        if name is not None:
            with contextlib.suppress(OSError):
                Path(name).unlink()
        raise FileAccessError(
            "this file cannot be written",
            where=str(path),
            found=error.strerror or str(error),
            hint="is the folder there and writable, and the disk not full?",
        ) from error
    return path
