"""Write docs/reports/conform/ from runs of `harness conform`: what is published of them, small enough for git.

`python -m generators.published_report DIR...` takes the folders that `harness conform -o DIR` has written, with their
recordings, and writes result.json and report.html, and the tables of docs/reports/README.md and README.md anew. Without
a folder it writes the tables alone, from the result.json that is there.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from generators import published_tables
from harness.conforming.files import RESULT, exchanges_in
from harness.errors import HarnessError
from harness.io.recordings import read_bytes
from harness.reporting.conform.html import html
from harness.reporting.conform.html_wires import side_of
from harness.reporting.conform.json import dumped
from harness.reporting.conform.registry import conform_format_named
from harness.results.merging import merged
from harness.results.reading import read_result
from harness.results.result import CellStatus, Timing
from harness.results.summary import is_blamed, summary

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from harness.cassettes.exchange import Exchange
    from harness.results.result import Cell, Finding, Result, Wire
    from harness.results.summary import Group

ROOT: Final = Path(__file__).resolve().parents[1]
REPORTS: Final = ROOT / "docs" / "reports"
FOLDER: Final = REPORTS / "conform"
PAGE: Final = "report.html"

MOST_OF_A_FILE: Final = 3 * 1024 * 1024
"""Bytes of result.json, and of report.html: what somebody still likes to fetch with the repository."""

_SPARE: Final = 100_000
"""Bytes of report.html that what is said of the wire logs, and the escapes in them, may take."""

MACHINE_PATH: Final = re.compile(r"(?<![\w~.<}-])/(?:root|home|work|tmp|Users)/[\w.-]+")
"""What no file of the project may hold."""

_SILENT: Final = frozenset({CellStatus.PASSED, CellStatus.UNSUPPORTED, CellStatus.NOT_EXERCISED})


def published(result: Result, shown: Collection[str] = ()) -> Result:
    """What is kept of a result: of cells that are wrong what is wrong with them, of others what became of them.

    Left out are times, which are those of one machine; the list of all rules that had something to judge; what is only
    worth knowing, or was inherited from the upstream; and where the recordings lie, which are not published. Where in
    its bytes a finding is, and how to ask again with curl, is kept where the bytes are.

    Args:
        result: The whole.
        shown: Ids of the cells whose wire logs go into the page.
    """
    cells = tuple(_kept(one, has_wires=one.id in shown) for one in result.cells)
    named = {finding.rule for cell in cells for finding in cell.findings}
    return msgspec.structs.replace(
        result,
        cells=cells,
        rules={name: rule for name, rule in result.rules.items() if name in named},
        strays=(),
        changes=(),
    )


def _kept(cell: Cell, *, has_wires: bool) -> Cell:
    # What a target says that it does not do is not held against it, whatever it answers.
    findings = () if cell.status in _SILENT else tuple(one for one in cell.findings if is_blamed(one))
    return msgspec.structs.replace(
        cell,
        findings=findings if has_wires else tuple(map(_without_bytes, findings)),
        rules=(),
        timing=Timing(),
        client=(),
        upstream=(),
        curl=cell.curl if has_wires else None,
        command=None if cell.status in _SILENT else cell.command,
    )


def _without_bytes(finding: Finding) -> Finding:
    where = msgspec.structs.replace(finding.where, start=None, stop=None)
    return msgspec.structs.replace(finding, where=where, earlier=None)


def examples(
    result: Result, exchange_of: Callable[[Wire], Exchange | None], most: int
) -> tuple[frozenset[str], tuple[Group, ...]]:
    """The cells whose wire logs go into the page: for each fault of a target one, the smallest that shows it.

    Args:
        result: The whole result, with its wires.
        exchange_of: Gives what they point to.
        most: Characters that all of them may have.

    Returns:
        Ids of the cells, and the faults that are left without one: those whose bytes name a folder of the machine they
        were recorded on, and the largest where the page would become too large.
    """
    logs: dict[str, str] = {}

    def log(cell: Cell) -> str:
        if cell.id not in logs:
            sides = [
                side_of(name, [(wire, exchange_of(wire)) for wire in wires], cell.findings)
                for name, wires in (("client", cell.client), ("upstream", cell.upstream))
            ]
            logs[cell.id] = dumped(sides)
        return logs[cell.id]

    smallest: list[tuple[int, Cell | None, Group]] = []
    judged = msgspec.structs.replace(
        result, cells=tuple(one for one in result.cells if one.status not in _SILENT)
    )
    for group in (group for one in summary(judged) for group in one.blamed):
        fit = [cell for cell in group.cells if cell.client and not MACHINE_PATH.search(log(cell))]
        found = min(fit, key=lambda cell: len(log(cell)), default=None)
        smallest.append((len(log(found)) if found is not None else 0, found, group))
    chosen: set[str] = set()
    without: list[Group] = []
    left = most
    # Small ones first: what finds no room is then as little as can be.
    for size, found, group in sorted(smallest, key=lambda one: one[0]):
        if any(cell.id in chosen for cell in group.cells):
            continue
        if found is None or size > left:
            without.append(group)
            continue
        left -= size
        chosen.add(found.id)
    return frozenset(chosen), tuple(without)


def with_wires(kept: Result, whole: Result, cells: frozenset[str]) -> Result:
    """What is kept of a result, with the wires of some cells."""
    wires = {cell.id: (cell.client, cell.upstream) for cell in whole.cells if cell.id in cells}
    return msgspec.structs.replace(
        kept,
        cells=tuple(
            msgspec.structs.replace(cell, client=wires[cell.id][0], upstream=wires[cell.id][1])
            if cell.id in wires
            else cell
            for cell in kept.cells
        ),
    )


def exchanges(runs: Sequence[tuple[Result, Path]]) -> Callable[[Wire], Exchange | None]:
    """What gives the exchanges of merged runs: a cassette is looked for where the run lies that is shown.

    Args:
        runs: Results, each with the folder of its recordings.
    """
    in_time = sorted(runs, key=lambda pair: pair[0].run.started.removesuffix("Z"))
    places: Mapping[str, Path] = {
        wire.cassette: folder
        for result, folder in in_time
        for cell in result.cells
        for wire in (*cell.client, *cell.upstream)
    }
    readers = {folder: exchanges_in(folder) for folder in places.values()}

    def exchange_of(wire: Wire) -> Exchange | None:
        return readers[places[wire.cassette]](wire) if wire.cassette in places else None

    return exchange_of


def published_result() -> Result:
    """The result that is published."""
    return read_result((FOLDER / RESULT).read_bytes(), where=RESULT)


def _refuse(name: str, text: str) -> None:
    size = len(text.encode())
    if size > MOST_OF_A_FILE:
        sys.exit(f"{name} would have {size:,} bytes; {MOST_OF_A_FILE:,} are the most")
    if found := MACHINE_PATH.search(text):
        sys.exit(f"{name} would name {found[0]}, a folder of this machine")


def write(folders: Sequence[Path]) -> None:
    """Write both files of docs/reports/conform/."""
    runs = [(read_result(read_bytes(one / RESULT), where=str(one)), one) for one in folders]
    whole = merged([result for result, _ in runs])
    exchange_of = exchanges(runs)
    rest = len(html(published(whole), exchange_of).encode())
    cells, without = examples(whole, exchange_of, MOST_OF_A_FILE - rest - _SPARE)
    kept = published(whole, cells)
    texts = {
        RESULT: "".join(conform_format_named("json").written(kept)),
        PAGE: html(with_wires(kept, whole, cells), exchange_of),
    }
    for name, text in texts.items():
        _refuse(name, text)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (FOLDER / name).write_text(text, "utf-8", newline="\n")
        _say(f"wrote {FOLDER / name}: {len(text.encode()):,} bytes")
    _say(f"{len(cells)} cells with their wire logs")
    for group in without:
        _say(f"no wire log for {group.target} {group.finding.rule}: {group.finding.message}")


def write_tables() -> None:
    """Write the parts of pages that are made from the published result."""
    for path, text in published_tables.pages(published_result()).items():
        (ROOT / path).write_text(text, "utf-8", newline="\n")


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main(arguments: Iterable[str]) -> None:
    """Write everything."""
    try:
        if folders := [Path(one) for one in arguments]:
            write(folders)
        write_tables()
    except HarnessError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
