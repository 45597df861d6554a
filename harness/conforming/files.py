"""The folder of a result: `result.json`, the cassettes, and the report for reading."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from harness.errors import HarnessError
from harness.io.files import read_cassette, write_text
from harness.reporting.conform.registry import conform_format_named

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness.cassettes.exchange import Exchange
    from harness.results.result import Result, Wire

RESULT: Final = "result.json"
REPORT: Final = "report.html"
_SUFFIX: Final = ".cassette.jsonl"


def keeps_earlier(result: Result, folder: Path) -> bool:
    """Whether the folder has a result already that this one, of a run in which no target started, must not replace."""
    is_void = not result.cells and not any(one.status in {"ran", "died"} for one in result.targets)
    return is_void and (folder / RESULT).exists()


def write_result(result: Result, folder: Path) -> Path:
    """Write the JSON of a result.

    Raises:
        FileAccessError: It cannot be written.
    """
    path = folder / RESULT
    folder.mkdir(parents=True, exist_ok=True)
    write_text(path, "".join(conform_format_named("json").written(result)))
    return path


def write_report(result: Result, folder: Path, *, redact_content: bool = False) -> Path:
    """Write the report for reading, with the wire logs of the cassettes beside it.

    Raises:
        FileAccessError: It cannot be written.
    """
    from harness.reporting.conform.html import html  # noqa: PLC0415 - only who writes one pays for it

    path = folder / REPORT
    folder.mkdir(parents=True, exist_ok=True)
    write_text(path, html(result, exchanges_in(folder), redact_content=redact_content))
    return path


def exchanges_in(folder: Path) -> Callable[[Wire], Exchange | None]:
    """What gives the exchanges that wires point to; None for one that is not to be had."""
    held: dict[str, dict[int, Exchange]] = {}

    def exchange_of(wire: Wire) -> Exchange | None:
        if wire.cassette not in held:
            # One cassette at a time: wires come target by target, and a target may have recorded a great deal.
            if len(held) > 1:
                held.clear()
            held[wire.cassette] = _read(folder, wire.cassette)
        return held[wire.cassette].get(wire.exchange)

    return exchange_of


def _read(folder: Path, name: str) -> dict[int, Exchange]:
    path = PurePosixPath(name)
    # The name stands in a file that may be anybody's.
    if path.is_absolute() or not name.endswith(_SUFFIX) or "\\" in name:
        return {}
    try:
        return {one.index: one for one in read_cassette(folder / path, check_hash=False).exchanges}
    except HarnessError:
        return {}
