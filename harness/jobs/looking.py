"""Reading recordings to look at them: one exchange of them, several files, standard input."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.cassettes.bodies import MemoryLines
from harness.cassettes.foreign import detect, read_foreign
from harness.cassettes.reading import read_lines
from harness.errors import UsageError
from harness.io.recordings import find_recordings, read_recording

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from harness.cassettes.exchange import Cassette

STANDARD_INPUT = "-"
"""What names standard input where a file could be named."""

STDIN_SOURCE = "(standard input)"


def find(names: Iterable[str]) -> list[str | Path]:
    """The files that names, folders and names of shipped recordings stand for; `-` stays as it is.

    Raises:
        InputError: A name stands for nothing, or a folder holds no recording.
    """
    found: list[str | Path] = []
    for name in names:
        if name != STANDARD_INPUT:
            found += find_recordings([name])
        else:
            found.append(name)
    return found


def find_one(name: str) -> str | Path:
    """The one file that a name stands for.

    Raises:
        InputError: It stands for nothing.
        UsageError: It is a folder with several recordings.
    """
    found = find([name])
    if len(found) > 1:
        raise UsageError(
            "this folder holds several recordings",
            where=name,
            expected="one recording",
            found=f"{len(found)}, the first of them {found[0]}",
            hint="name the one that is meant",
        )
    return found[0]


def read(path: str | Path, stdin: bytes | None = None, *, request: bytes | None = None) -> Cassette:
    """Read one recording of any format.

    Args:
        path: Where it lies; `-` with `stdin`.
        stdin: What standard input gave.
        request: What a plain body answers; see `harness.cassettes.plain`.

    Raises:
        InputError: It cannot be read as a recording.
        FileAccessError: The system does not let it be read.
    """
    if path != STANDARD_INPUT or stdin is None:
        return read_recording(path, request=request)
    kind = detect(stdin)
    # An empty input or one of no known format is told as the file of that kind would be.
    if kind == "cassette":
        return read_lines(MemoryLines(stdin), source=STDIN_SOURCE)
    return read_foreign(stdin, STDIN_SOURCE, request=request)


def only(cassette: Cassette, index: int) -> Cassette:
    """The same recording with one of its exchanges.

    Raises:
        UsageError: It has no such exchange.
    """
    chosen = [exchange for exchange in cassette.exchanges if exchange.index == index]
    if not chosen:
        count = len(cassette.exchanges)
        raise UsageError(
            f"there is no exchange {index}",
            where=cassette.source,
            expected=f"0 to {count - 1}"
            if count > 1
            else "0, the only one"
            if count
            else "none: it is empty",
        )
    return replace(cassette, exchanges=chosen)
