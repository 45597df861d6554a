"""Whether a cassette can be trusted: its rows, its seal, its match keys, and that no secret is in it."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.cassettes.exchange import How
from harness.cassettes.matching.keyrow import key_fields
from harness.cassettes.redaction.detector import Detector
from harness.io.environment import secret_values
from harness.io.files import read_cassette

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.cassettes.exchange import Cassette, Exchange


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, or worth knowing.

    Args:
        code: `secret`, `stale-key`, `crashed`, `empty`, `synthetic`.
        where: The exchange and the place in it, or the line.
        message: What it is.
        fatal: Whether the cassette must not be used as it is; otherwise it is a remark.
    """

    code: str
    where: str
    message: str
    fatal: bool


@dataclass(frozen=True)
class Verdict:
    """What `verify` found in one cassette."""

    source: str
    exchanges: int
    bytes: int
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing fatal was found."""
        return not any(problem.fatal for problem in self.problems)


def verify(path: Path) -> Verdict:
    """Check one cassette: rows and order, hash, lengths, match keys, secrets.

    Raises:
        CassetteError: It cannot be read as it is: damaged, changed after it was sealed, of an unknown version.
        FileAccessError: The file cannot be read.
    """
    cassette = read_cassette(path)
    size = sum(len(chunk.data) for it in cassette.exchanges if it.response for chunk in it.response.chunks)
    problems = (*_secrets(path), *_remarks(cassette))
    return Verdict(str(path), len(cassette.exchanges), size, problems)


def _secrets(path: Path) -> Iterator[Problem]:
    """What the detector sees in the file's rows, as text and inside base64."""
    detector = Detector(values=secret_values())
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            for data in (line, *_binary(line)):
                for sighting in detector.find(data):
                    yield Problem(
                        "secret", f"line {number}", f"looks like a live key ({sighting.label})", fatal=True
                    )


def _binary(line: bytes) -> Iterator[bytes]:
    """What a row holds as base64."""
    if b'"b64":"' in line:
        yield base64.b64decode(json.loads(line)["b64"])


def _remarks(cassette: Cassette) -> Iterator[Problem]:
    if cassette.head.get("synthetic"):
        yield Problem("synthetic", "head", "was edited by hand or made up: it is no evidence", fatal=False)
    if not cassette.exchanges:
        yield Problem("empty", "the whole cassette", "holds no exchange", fatal=False)
    for exchange in cassette.exchanges:
        yield from _exchange_remarks(exchange)


def _exchange_remarks(exchange: Exchange) -> Iterator[Problem]:
    where = f"exchange {exchange.index}"
    if exchange.key is not None and dict(exchange.key) != key_fields(exchange.request):
        yield Problem(
            "stale-key", where, "its match key is not that of its request; `harness cassette reseal` renews it", fatal=True
        )
    if exchange.ending.how is How.RECORDER_CRASH:
        yield Problem("crashed", where, "the recorder died or refused to go on here", fatal=False)
