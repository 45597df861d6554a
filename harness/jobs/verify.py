"""Whether a recording can be trusted: its rows, its seal, its match keys, and that no secret is in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cassettes.exchange import How
from harness.cassettes.matching.keyrow import key_fields
from harness.cassettes.writing import lines_of
from harness.errors import InputError
from harness.io.files import FileLines
from harness.io.recordings import SUFFIX, find_recordings
from harness.io.secrets import environment_detector
from harness.jobs.looking import STANDARD_INPUT, read
from harness.jobs.safety import secrets_in_compressed, secrets_in_deltas, secrets_in_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.cassettes.exchange import Cassette, Exchange


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, or worth knowing.

    Args:
        code: `secret`, `stale-key`, `crashed`, `empty`, `synthetic`, `foreign`.
        where: The exchange and the place in it, or the line.
        message: What it is.
        fatal: Whether the recording must not be used as it is; otherwise it is a remark.
    """

    code: str
    where: str
    message: str
    fatal: bool


@dataclass(frozen=True)
class Verdict:
    """What `verify` found in one recording."""

    source: str
    exchanges: int
    bytes: int
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing fatal was found."""
        return not any(problem.fatal for problem in self.problems)


def cassettes_in(names: Iterable[str]) -> Iterator[str | Path | InputError]:
    """What to verify: of a folder its cassettes, otherwise what the name stands for, or why it stands for nothing."""
    for name in names:
        path = Path(name)
        if name == STANDARD_INPUT:
            yield name
        elif name and path.is_dir():
            inside = sorted(path.rglob(f"*{SUFFIX}"))
            yield from inside
            if not inside:
                yield InputError(
                    "this folder holds no cassette", where=name, expected=f"files named *{SUFFIX}"
                )
        else:
            try:
                yield from find_recordings([name])
            except InputError as error:
                yield error


def verify(path: str | Path, stdin: bytes | None = None) -> Verdict:
    """Check one recording: rows and order, hash, lengths, match keys, secrets.

    Raises:
        InputError: It cannot be read as it is: damaged, changed after it was sealed, of an unknown version.
        FileAccessError: The file cannot be read.
    """
    cassette = read(path, stdin)
    size = sum(len(chunk.data) for it in cassette.exchanges if it.response for chunk in it.response.chunks)
    problems = (*_secrets(cassette, path), *_remarks(cassette))
    return Verdict(cassette.source or str(path), len(cassette.exchanges), size, problems)


def _secrets(cassette: Cassette, path: str | Path) -> Iterator[Problem]:
    detector = environment_detector()
    is_file = cassette.seal is not None and path != STANDARD_INPUT
    rows: Iterable[bytes] = FileLines(Path(path)) if is_file else lines_of(cassette)
    for number, label in secrets_in_rows(rows, detector):
        yield Problem("secret", f"line {number}" if is_file else "body or head", _live(label), fatal=True)
    for index, label in secrets_in_compressed(cassette, detector):
        yield Problem("secret", f"exchange {index}, compressed body", _live(label), fatal=True)
    for index, label in secrets_in_deltas(cassette, detector):
        told = (
            f"its events together spell what looks like a live key ({label}); record it anew without that key"
        )
        yield Problem("secret", f"exchange {index}", told, fatal=True)


def _live(label: str) -> str:
    return f"looks like a live key ({label}); `harness cassette redact` hides it"


def _remarks(cassette: Cassette) -> Iterator[Problem]:
    if cassette.seal is None:
        yield Problem("foreign", "the whole file", "is another tool's recording: it has no seal", fatal=False)
    if cassette.head.get("synthetic"):
        yield Problem("synthetic", "head", "was edited by hand or made up: it is no evidence", fatal=False)
    if not cassette.exchanges:
        yield Problem("empty", "the whole cassette", "holds no exchange", fatal=False)
    for exchange in cassette.exchanges:
        yield from _exchange_remarks(exchange)


def _exchange_remarks(exchange: Exchange) -> Iterator[Problem]:
    where = f"exchange {exchange.index}"
    if exchange.key is not None and dict(exchange.key) != key_fields(exchange.request):
        stale = "its match key is not that of its request; `harness cassette reseal` renews it"
        yield Problem("stale-key", where, stale, fatal=True)
    if exchange.ending.how is How.RECORDER_CRASH:
        yield Problem("crashed", where, "the recorder died or refused to go on here", fatal=False)
