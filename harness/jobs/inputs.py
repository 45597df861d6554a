"""What names on the command line stand for, to be judged: files, folders, globs, shipped recordings."""

from __future__ import annotations

import os
import re
from glob import has_magic
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from harness.errors import HarnessError, InputError
from harness.io.recordings import SUFFIX, find_recordings
from harness.jobs.looking import STANDARD_INPUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_SUFFIXES = (SUFFIX, ".sse", ".yaml", ".yml", ".har", ".json")
_HOST = re.compile(r"[A-Za-z0-9.-]+:[0-9]+(/|$)")
_MOST_SHOWN = 200
_PASSED_OVER = frozenset({"node_modules", "__pycache__", "site-packages"})


class Named(NamedTuple):
    """A file to judge.

    Args:
        source: What reports call it: the name as it was given, or a path that begins with it.
        path: Where it lies; None for standard input and URLs.
        found: It was found in a folder or by a glob: where it is no recording, it is passed over.
    """

    source: str
    path: Path | None
    found: bool = False


def is_url(name: str) -> bool:
    """Whether a name is that of a live server."""
    return name.lower().startswith(("http://", "https://"))


def is_one(names: Sequence[str]) -> bool:
    """Whether names stand for one input, and for no folder or pattern."""
    if len(names) != 1:
        return False
    path = Path(names[0])
    try:
        return not path.is_dir() and (path.exists() or not has_magic(names[0]))
    except (OSError, ValueError):
        return True


def named(names: Iterable[str]) -> Iterator[Named | InputError]:
    """What to judge, in a stable order; or why a name stands for nothing.

    A folder stands for every file in and below it that may be a recording by its suffix (hidden ones not), and
    so does a pattern with `*`, `?` or `[...]` (`**` for folders) that is not the name of a file.
    """
    for name in names:
        try:
            yield from _of_name(name)
        except (OSError, ValueError) as error:  # too long, or with a byte that no name can have
            found = getattr(error, "strerror", None) or str(error)
            yield InputError("this cannot be the name of a file", where=name[:_MOST_SHOWN], found=found)


def _of_name(name: str) -> Iterator[Named | InputError]:
    path = Path(name)
    if name == STANDARD_INPUT or is_url(name):
        yield Named(name, None)
    elif name and path.is_dir():
        yield from _several(name, _inside(path))
    elif name and not path.exists() and has_magic(name):
        yield from _several(name, _matching(name))
    else:
        try:
            files = find_recordings([name])
        except HarnessError as error:
            if _HOST.match(name):
                error.hint = f"a server is named with its scheme: http://{name}"
            yield error if isinstance(error, InputError) else InputError(error.message, where=name)
            return
        for one in files:
            inner = one.as_posix().rpartition(f"/{name.strip('/')}/")[2].removesuffix(SUFFIX)
            yield Named(name if len(files) == 1 else f"{name.rstrip('/')}/{inner}", one)


def _several(name: str, files: Iterable[Path]) -> Iterator[Named | InputError]:
    count = 0
    for count, file in enumerate(files, 1):  # noqa: B007 - it counts
        yield Named(str(file), file, found=True)
    if not count:
        yield InputError(
            "there is no recording here",
            where=name,
            expected=f"files named *{', *'.join(_SUFFIXES)}",
            hint="a file of another name can be given by itself",
        )


def _inside(folder: Path) -> Iterator[Path]:
    """The files below a folder, each folder's in the order of their names."""
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith(".") and one not in _PASSED_OVER)
        yield from (Path(parent, file) for file in sorted(files) if _may_be_one(file))


def _matching(pattern: str) -> Iterator[Path]:
    from glob import iglob  # noqa: PLC0415

    yield from (path for one in sorted(iglob(pattern, recursive=True)) if (path := Path(one)).is_file())  # noqa: PTH207 - pathlib's cannot take an absolute pattern


def _may_be_one(file: str) -> bool:
    return file.lower().endswith(_SUFFIXES) and not file.startswith(".")
