"""Bring the tables of cassettes/README.md up to date: counts from the cassettes, remarks as they stand there.

python -m tests.gateways.table
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import harness
from harness.cassettes.exchange import header
from tests.gateways.scenarios import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Exchange

CASSETTES = Path(__file__).resolve().parents[2] / "cassettes"
SUFFIX = ".cassette.jsonl"
ROW = re.compile(r"^\| `(?P<file>[^`]+)` \|(?:[^|]*\|){5} (?P<remark>.*) \|$")


def events(exchange: Exchange) -> int | None:
    """How many events of the body a client sees; None where it is no event stream."""
    response = exchange.response
    if response is None or "text/event-stream" not in (header(response.headers, "content-type") or ""):
        return None
    decoder = harness.Decoder()
    found = [event for chunk in response.chunks for event in decoder.feed(chunk.data)]
    return sum(event.dispatched for event in [*found, *decoder.finish()])


def row(path: Path, remark: str) -> str:
    """One line of a table; where there are several exchanges, their figures are joined by `+`."""
    exchanges = harness.read_cassette(path).exchanges
    figures = [
        (
            str(exchange.response.status) if exchange.response is not None else "none",
            "whole" if (count := events(exchange)) is None else str(count),
            str(len(list(exchange.response.chunks)) if exchange.response is not None else 0),
            str(len(exchange.response.body()) if exchange.response is not None else 0),
            exchange.ending.how.value,
        )
        for exchange in exchanges
    ]
    columns = [" + ".join(column) for column in zip(*figures, strict=True)]
    return f"| `{path.name.removesuffix(SUFFIX)}` | {' | '.join(columns)} | {remark} |"


def table(folder: Path, dialect: str, remarks: dict[str, str]) -> Iterator[str]:
    """The table of one server and dialect, in the order of the scenarios."""
    yield "| file | status | events | chunks | bytes | ending | what happens, and what is noteworthy |"
    yield "|---|---|---|---|---|---|---|"
    for scenario in SCENARIOS[dialect]:
        path = folder / dialect / f"{scenario.name}{SUFFIX}"
        if path.is_file():
            yield row(path, remarks.get(scenario.name, scenario.summary))


def remarks_in(lines: list[str]) -> dict[str, str]:
    """The remarks of a table, by file."""
    return {match["file"]: match["remark"] for line in lines if (match := ROW.match(line))}


def renewed(text: str) -> str:
    """The README with its tables made anew; each stands under a heading `### server/dialect`."""
    parts = re.split(r"(?m)^(### .+)$", text)
    for place in range(1, len(parts), 2):
        server, _, dialect = parts[place].removeprefix("### ").partition("/")
        if dialect not in SCENARIOS:
            continue
        lines = parts[place + 1].splitlines()
        first = next((number for number, line in enumerate(lines) if line.startswith("|")), len(lines))
        last = first
        while last < len(lines) and lines[last].startswith("|"):
            last += 1
        lines[first:last] = table(CASSETTES / server, dialect, remarks_in(lines[first:last]))
        parts[place + 1] = "\n\n" + "\n".join(lines).strip() + "\n\n"
    return "".join(parts).rstrip() + "\n"


def main() -> int:
    """Rewrite the README in place."""
    path = CASSETTES / "README.md"
    path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
