"""The published reports on gateways: their tables are those of the result, and every fault is explained on a page.

`python -m generators.published_report` writes the tables anew; pages are written by people.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import pytest

from generators import published_report, published_tables
from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.reporting.conform import text
from harness.results.result import CellStatus, Result, Run, Wire
from harness.results.summary import summary
from tests.conform_results import CELLS, RESULT, SEQUENCE, cell
from tests.repository.checkout import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PUBLISHED = published_report.published_result()
TOLD = {one.target.name: one for one in summary(PUBLISHED)}
REPORTS = ROOT / "docs" / "reports"
OTHER_PAGES = {"README", "clients", "clients-rare", "official", "providers"}
"""Pages about something else than one target."""

BY_CHANCE = {"CHAT-CREATED-001"}
"""Rules that a fault of every answer breaks in some of them alone, as where a second turns: a page may explain one that
this run does not show."""


def headings(page: str) -> list[str]:
    """The headings of a page that stand for a rule, or for what no rule speaks of."""
    found = re.findall(r"^### (.+?)\s*$", page, re.MULTILINE)
    return [
        one for one in found if re.fullmatch(r"[A-Z]+(-[A-Z]+)*-\d+", one) or one == published_tables.WITHOUT
    ]


@pytest.mark.parametrize("path", [published_tables.REPORTS_PAGE, published_tables.FRONT_PAGE])
def test_the_tables_are_those_of_the_published_result(path: str) -> None:
    """Nobody edits a figure."""
    page = (ROOT / path).read_text("utf-8")
    assert page.count(published_tables.BEGIN) == 1
    assert page == published_tables.pages(PUBLISHED)[path], "stale: python -m generators.published_report"


@pytest.mark.parametrize("name", TOLD)
def test_every_fault_of_a_target_is_explained_on_its_page_and_no_other(name: str) -> None:
    """Each rule that made a cell fail or warn has its heading, once."""
    path = REPORTS / f"{name}.md"
    wanted = published_tables.headings(TOLD[name])
    assert path.exists() or not wanted, f"{path.name} is missing: {wanted}"
    found = headings(path.read_text("utf-8")) if path.exists() else []
    assert sorted(set(wanted) - set(found)) == [], "rules that it breaks, and that have no heading"
    assert sorted(set(found) - set(wanted) - BY_CHANCE) == [], "headings of rules that no cell breaks"
    assert len(found) == len(set(found)), "a heading stands there twice"


def test_every_page_is_about_a_target_of_the_result() -> None:
    """What is no longer measured is no longer claimed."""
    assert {one.stem for one in REPORTS.glob("*.md")} - OTHER_PAGES <= set(TOLD)


def test_the_files_are_small_and_name_no_folder_of_a_machine() -> None:
    """They are fetched with the repository; and a `harness report` of them works."""
    files = {one.name: one.read_bytes() for one in published_report.FOLDER.iterdir()}
    assert set(files) == {"result.json", "report.html"}
    assert {name for name, data in files.items() if len(data) > published_report.MOST_OF_A_FILE} == set()
    assert [name for name, data in files.items() if published_report.MACHINE_PATH.search(data.decode())] == []


def test_what_is_published_is_the_verdict_on_every_cell() -> None:
    """No cell and no fault is lost on the way."""
    kept = published_report.published(RESULT)
    assert [(one.id, one.status, one.reason) for one in kept.cells] == [
        (one.id, one.status, one.reason) for one in RESULT.cells
    ]
    for before, after in zip(summary(RESULT), summary(kept), strict=True):
        assert [(one.finding.rule, len(one.cells), one.times) for one in after.blamed] == [
            (one.finding.rule, len(one.cells), one.times) for one in before.blamed
        ]
        assert [len(one.cells) for one in after.unexplained] == [len(one.cells) for one in before.unexplained]
        assert after.inherited == after.remarks == ()


def test_what_is_published_points_at_no_recording_that_is_not() -> None:
    """Nor does it keep the times of one machine."""
    kept = published_report.published(RESULT)
    assert {(one.client, one.upstream, one.rules, one.timing.total) for one in kept.cells} == {
        ((), (), (), None)
    }
    assert {finding.where.start for one in kept.cells for finding in one.findings} == {None}
    shown = published_report.published(RESULT, {CELLS[3].id})
    assert [finding.where.start for finding in shown.cells[3].findings] == [4102, None]


def test_a_fault_in_what_a_target_does_not_claim_to_do_is_not_published() -> None:
    """Nobody need explain it."""
    disclaimed = msgspec.structs.replace(
        RESULT, cells=(cell("custom", CellStatus.UNSUPPORTED, SEQUENCE, reason="it has no custom tools"),)
    )
    kept = published_report.published(disclaimed)
    assert kept.cells[0].findings == ()
    assert kept.cells[0].reason == "it has no custom tools"
    assert kept.rules == {}
    assert published_report.examples(disclaimed, lambda _: exchange(b"x"), 1000) == (frozenset(), ())


def exchange(said: bytes) -> Exchange:
    """An answer of so many bytes."""
    return Exchange(
        index=0,
        request=Request(method="POST", url="http://127.0.0.1:1/v1/chat/completions", headers=(), body=b"{}"),
        response=Response(status=200, headers=(), chunks=(Chunk(at_us=1, data=said),), at_us=1),
        ending=Ending(how=How.COMPLETE, at_us=2),
    )


def test_the_smallest_cell_that_shows_a_fault_lends_its_wire_log() -> None:
    """One for each fault; a cell that shows two is enough for both."""
    sizes = {one.id: number for number, one in enumerate(RESULT.cells)}
    one, other = CELLS[3], CELLS[4]
    by_wire = {id(wire): 1000 - sizes[it.id] for it in RESULT.cells for wire in (*it.client, *it.upstream)}

    def exchange_of(wire: Wire) -> Exchange:
        return exchange(b"x" * by_wire[id(wire)])

    cells, without = published_report.examples(RESULT, exchange_of, 1_000_000)
    # Later cells are smaller: of the two that show each fault the later one is taken.
    assert (one.id in cells, other.id in cells) == (True, True)
    assert len(cells) == 2
    assert without == ()


def test_where_there_is_no_room_faults_go_without() -> None:
    """And are told to whoever publishes."""
    cells, without = published_report.examples(RESULT, lambda _: exchange(b"x" * 500), 0)
    assert cells == frozenset()
    assert [one.finding.rule for one in without] == ["RESP-SEQ-003", "CHAT-USE-001"]


def test_bytes_that_name_a_folder_of_the_machine_are_not_published() -> None:
    """As in the traceback that a server sends to its clients."""
    folder = f"/{'home'}/somebody/x.py"
    cells, without = published_report.examples(RESULT, lambda _: exchange(folder.encode()), 1_000_000)
    assert cells == frozenset()
    assert len(without) == 2


def test_recordings_of_merged_runs_are_looked_for_where_the_later_run_lies(tmp_path: Path) -> None:
    """And those of no run are not looked for at all."""
    found: list[Path] = []

    def reader(folder: Path) -> object:
        def read(_: Wire) -> None:
            found.append(folder)

        return read

    def run(started: str) -> Result:
        return Result(
            run=Run(harness="0", started=started, seconds=1, command="harness conform", profile="openai"),
            cells=(cell("plain", CellStatus.FAILED),),
        )

    later, earlier = run("2026-11-21T12:00:00.5Z"), run("2026-11-21T12:00:00Z")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(published_report, "exchanges_in", reader)
        exchange_of = published_report.exchanges([(later, tmp_path / "b"), (earlier, tmp_path / "a")])
        assert exchange_of(later.cells[0].client[0]) is None
        assert exchange_of(Wire(cassette="other.client.cassette.jsonl", exchange=0)) is None
    assert found == [tmp_path / "b"]


def test_the_readme_shows_what_the_first_command_prints() -> None:
    """Line by line, as far as it shows it, of the published run of the built-in gateway."""
    own = msgspec.structs.replace(
        PUBLISHED,
        targets=tuple(one for one in PUBLISHED.targets if one.name == "builtin"),
        cells=tuple(one for one in PUBLISHED.cells if one.target == "builtin"),
    )
    page = (ROOT / "README.md").read_text("utf-8")
    shown = page.partition("```\nbuiltin ")[2].partition("\n...\n")
    printed = "".join(text.written(own))
    assert f"builtin {shown[0]}" in printed
    assert shown[2].partition("\n")[0] in printed.splitlines()
    assert f"through {len({one.scenario for one in own.cells})} scenarios" in page
