"""The file of a baseline: opening it, and writing it anew."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from harness.checking.baseline import Baseline, read_baseline, written_baseline
from harness.errors import InputError, UsageError
from harness.io.files import write_text
from harness.io.recordings import read_bytes
from harness.rules.registry import rules

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from harness.checking.baseline import Entry


def open_baseline(
    path: str | Path,
    *,
    only: frozenset[str] | None = None,
    new: bool = False,
    also: Collection[str] = (),
) -> Baseline:
    """Read a baseline.

    Args:
        path: Where it lies.
        only: Ids of the rules that are asked; None where all are.
        new: It need not be there yet.
        also: What may stand for the id of a rule, beside those.

    Raises:
        UsageError: It is no baseline.
        InputError: It is not there.
    """
    file = Path(path)
    entries: tuple[Entry, ...] = ()
    if file.is_file():
        try:
            text = read_bytes(file).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise UsageError(
                "the baseline is not UTF-8 text", where=str(path), found=f"byte {error.start} is no UTF-8"
            ) from None
        entries = read_baseline(text, where=str(path), known=(*rules(), *also))
    elif not new:
        raise InputError("there is no such baseline", where=str(path), hint="--update-baseline writes it")
    today = datetime.now(UTC).date().isoformat()  # noqa: TID251 - a job may read the clock
    return Baseline(entries, today=today, only=only, where=str(path), name_of=partial(_from, file.parent))


def _from(folder: Path, source: str) -> str:
    """A file by its path from a folder, so that it has one name wherever a check is started; others as they are."""
    try:
        if Path(source).is_file():
            return Path(os.path.relpath(source, folder)).as_posix()
    except (OSError, ValueError):  # no name of a file, or one on another drive
        pass
    return source


class Written(NamedTuple):
    """What became of a baseline: how many entries it has, and how many are new, gone, and without a reason."""

    entries: int
    new: int
    removed: int
    unexplained: int

    def in_words(self, name: str) -> str:
        """As one line."""
        removed = f", {self.removed} removed" if self.removed else ""
        without = f"; {self.unexplained} without a reason yet" if self.unexplained else ""
        return f"{name}: {self.entries} entr{'y' if self.entries == 1 else 'ies'}, {self.new} new{removed}{without}"


def unexplained(entries: Iterable[Entry]) -> int:
    """How many entries have no reason."""
    return sum(not one.reason.strip() for one in entries)


def write_baseline(baseline: Baseline, path: Path) -> Written:
    """Write a baseline as it should be, in one replacement. Comments are not kept.

    Raises:
        FileAccessError: It cannot be written.
    """
    entries = baseline.updated()
    write_text(path, written_baseline(entries))
    before, after = set(baseline.entries), set(entries)
    return Written(len(entries), len(after - before), len(before - after), unexplained(entries))
