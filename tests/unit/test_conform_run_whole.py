"""Whole runs: the same result twice, baselines, recordings as scenarios, and what the files hold."""

from __future__ import annotations

import json
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import pytest

import harness
from harness.checking.baseline import Baseline, Entry
from harness.conforming.accepting import accepted, stale_entries
from harness.conforming.choosing import chosen_scenarios
from harness.conforming.files import exchanges_in, write_result
from harness.conforming.judge import Ruled
from harness.conforming.pages import pages
from harness.conforming.recorded import scenarios_of
from harness.conforming.verdict import exit_code, hints
from harness.conforming.whole import run_all
from harness.conforming.wishes import Wishes
from harness.errors import InputError, UnknownName
from harness.findings import Finding, Location, Origin, Severity
from harness.io.recordings import read_recording
from harness.results.reading import read_result
from harness.results.result import Cell, CellStatus, Result, Route, Run, Target, Wire
from harness.scenarios.registry import scenario
from harness.targets.builtin import Builtin
from tests.conform_results import published
from tests.scripted import ScriptedServer
from tests.targeting import Tiny

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.targets.target import Running

_VOLATILE = {
    "run": ("started", "seconds", "command", "seed"),
    "cell": ("timing",),
    "wire": ("started", "exchange"),
}
"""What docs/conform.md says may differ between two runs: times, the places of exchanges in their cassettes, which stand
in the order in which they began, and how the run was called."""


def steady(folder: Path) -> Any:
    """The result in a folder without what may differ."""

    def without(value: dict[str, Any], kind: str) -> dict[str, Any]:
        return {name: one for name, one in value.items() if name not in _VOLATILE[kind]}

    value = json.loads((folder / "result.json").read_bytes())
    value["run"] = without(value["run"], "run")
    value["cells"] = [without(one, "cell") for one in value["cells"]]
    for cell in value["cells"]:
        for side in ("client", "upstream"):
            cell[side] = [without(one, "wire") for one in cell.get(side, [])]
    return value


def first_difference(one: Any, other: Any, path: str = "$") -> str | None:
    """Where two JSON values differ first: a whole result in a message helps nobody."""
    if isinstance(one, dict) and isinstance(other, dict):
        pairs = [(one.get(name), other.get(name), f"{path}.{name}") for name in one | other]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = [
            (left, right, f"{path}[{at}]") for at, (left, right) in enumerate(zip(one, other, strict=True))
        ]
    else:
        return None if one == other else f"{path}: {one!r:.300} and {other!r:.300}"
    return next((found for pair in pairs if (found := first_difference(*pair)) is not None), None)


def ruled(status: CellStatus, *severities: Severity, reason: str | None = None) -> Ruled:
    """A cell with findings of some severities, each about another subject."""
    blamed = tuple(
        Finding(
            rule="CHAT-FIN-001",
            severity=one,
            message="It ends with nothing.",
            where=Location(),
            subject=f"subject {number}",
            origin=Origin.GATEWAY,
        )
        for number, one in enumerate(severities)
    )
    cell = Cell(
        id="tiny/chat/text-plain/stream",
        target="tiny",
        route="chat",
        scenario="text-plain",
        mode="stream",
        status=status,
        findings=tuple(map(published, blamed)),
        reason=reason,
    )
    return Ruled(cell, blamed)


def baseline(**members: str) -> Baseline:
    """A baseline of one entry."""
    return Baseline([Entry(rule="CHAT-FIN-001", reason="known", **members)], today="2026-01-02")


def test_the_same_run_twice_gives_the_same_result_but_for_times_and_ids(tmp_path: Path) -> None:
    """Ports, folders and the order of play leave no trace."""
    chapters = ("text", "tools", "usage", "error-*-request", "transport-cut-*", "transport-reset")
    results = []
    for seed, name in enumerate(("one", "two")):
        wishes = Wishes(scenarios=chosen_scenarios(chapters), seed=seed)
        ran = run_all([Builtin(), Tiny()], wishes, out=tmp_path / name, command=f"--seed {seed}")
        write_result(ran.result, tmp_path / name)
        results.append(steady(tmp_path / name))
    first, second = results
    assert len(first["cells"]) > 300
    apart = [
        (one["id"], first_difference(one, other), one.get("findings"), other.get("findings"))
        for one, other in zip(first["cells"], second["cells"], strict=True)
        if one != other
    ]
    assert apart == []
    assert first_difference(first, second) is None
    assert str(tmp_path) not in json.dumps(results)


def test_every_wire_of_a_result_leads_to_its_exchange(tmp_path: Path) -> None:
    """What the report shows is what was recorded for that very cell."""
    wishes = Wishes(scenarios=(scenario("tool-loop"),), beside=False)
    result = run_all([Tiny()], wishes, out=tmp_path).result
    exchange_of = exchanges_in(tmp_path)
    for cell in result.cells:
        assert len(cell.client) == len(cell.upstream) == 2
        for wire in (*cell.client, *cell.upstream):
            exchange = exchange_of(wire)
            assert exchange is not None
            assert exchange.extra["req"]["cell"] == cell.id


def test_a_recording_that_is_not_to_be_had_is_none(tmp_path: Path) -> None:
    """A result may come from anywhere, and name any file."""
    for name in ("gone.cassette.jsonl", "/etc/passwd", "../secret.txt"):
        assert exchanges_in(tmp_path)(Wire(cassette=name, exchange=0)) is None


def test_an_expected_finding_makes_an_expected_cell() -> None:
    """And its findings say so."""
    cell = accepted(ruled(CellStatus.FAILED, Severity.ERROR), baseline(source="tiny/*/stream"))
    assert cell.status is CellStatus.EXPECTED
    assert cell.findings[0].is_expected


def test_what_is_not_expected_keeps_its_verdict() -> None:
    """One of two errors is known."""
    known = baseline(subject="subject 0")
    cell = accepted(ruled(CellStatus.FAILED, Severity.ERROR, Severity.ERROR), known)
    assert cell.status is CellStatus.FAILED
    assert [one.is_expected for one in cell.findings] == [True, False]
    warned = accepted(
        ruled(CellStatus.FAILED, Severity.ERROR, Severity.WARNING), baseline(subject="subject 0")
    )
    assert warned.status is CellStatus.WARNED


def test_a_target_that_hung_is_not_excused_by_what_else_was_found() -> None:
    """No finding stands for that."""
    hung = ruled(CellStatus.FAILED, Severity.WARNING, reason="it hung: nothing came for 20 s")
    assert accepted(hung, baseline()).status is CellStatus.FAILED


def test_an_entry_is_stale_where_its_cells_were_played_and_had_nothing() -> None:
    """Where they said nothing, nobody knows."""
    known = baseline(source="tiny/*")
    accepted(ruled(CellStatus.NOT_EXERCISED), known)
    assert stale_entries(known) == ()
    accepted(ruled(CellStatus.PASSED), known)
    assert [one.entry for one in stale_entries(known)] == ["CHAT-FIN-001 for tiny/*"]


def _result(*cells: Cell, status: str = "ran") -> Result:
    run = Run(harness="0", started="", seconds=0, command="", profile="openai")
    return Result(run=run, targets=(Target(name="tiny", title="tiny", status=status),), cells=cells)


@pytest.mark.parametrize(
    ("status", "code", "strict"),
    [
        (CellStatus.PASSED, 0, 0),
        (CellStatus.WARNED, 0, 1),
        (CellStatus.EXPECTED, 0, 0),
        (CellStatus.UNSUPPORTED, 0, 0),
        (CellStatus.NOT_EXERCISED, 0, 0),
        (CellStatus.FAILED, 1, 1),
        (CellStatus.HARNESS_FAULT, 3, 3),
    ],
)
def test_the_exit_code_is_that_of_the_worst_cell(status: CellStatus, code: int, strict: int) -> None:
    """Of several the highest."""
    result = _result(ruled(CellStatus.PASSED).cell, ruled(status).cell)
    assert exit_code(result) == code
    assert exit_code(result, strict=True) == strict


def test_a_target_that_could_not_be_tested_gives_3_unless_nobody_named_it() -> None:
    """`--target all` is every one that is there."""
    assert exit_code(_result(status="died")) == 3
    assert exit_code(_result(status="not_installed")) == 3
    assert exit_code(_result(status="not_installed"), optional=["tiny"]) == 0


def test_a_run_in_which_nothing_was_played_is_no_success() -> None:
    """A pattern may mean scenarios of which the targets that were named have none."""
    assert exit_code(_result()) == 3


def test_scenarios_are_chosen_by_name_pattern_and_capability() -> None:
    """And a name that is nearly one is answered with that one."""
    assert [one.name for one in chosen_scenarios(["text-plain"])] == ["text-plain"]
    assert {one.capability for one in chosen_scenarios(["tools"])} == {"tools"}
    assert all(one.name.startswith("usage-") for one in chosen_scenarios(["usage-*"]))
    with pytest.raises(UnknownName, match="did you mean 'text-plain'"):
        chosen_scenarios(["text-plane"])
    with pytest.raises(UnknownName, match="did you mean 'behaviour'"):
        chosen_scenarios(["behaviours"])
    with pytest.raises(UnknownName, match="no name is like this pattern"):
        chosen_scenarios(["nothing-*"])


def test_a_page_of_a_rule_is_prose_with_its_clients() -> None:
    """No example stands in it."""
    page = pages(["CHAT-CHOICE-001", "OWN-NEW-001"])["CHAT-CHOICE-001"]
    assert page.title == "`choices` is not an array of objects, or a chunk has none."
    assert "openai-python raises TypeError" in page.about
    assert "```" not in page.about
    assert any("openai-python" in one for one in page.clients)


def test_both_sides_of_a_run_can_be_played_again(tmp_path: Path) -> None:
    """A pair of recordings is a scenario for every request in it, over the routes of its dialects."""
    wishes = Wishes(scenarios=(scenario("text-plain"), scenario("tool-one-call")), beside=False)
    run_all([Builtin()], wishes, out=tmp_path)
    again = scenarios_of(tmp_path / "builtin.client.cassette.jsonl")
    assert len(again) == 32
    assert all(one.recorded for one in again)
    ran = run_all([Builtin()], Wishes(scenarios=again, beside=False, cassette="x"), out=tmp_path / "again")
    assert {one.status for one in ran.result.cells} == {CellStatus.PASSED}
    assert len(ran.result.cells) == 32
    assert ran.result.cells[0].command == "harness conform --target builtin --cassette x -o again"


def test_a_recording_of_one_side_is_what_the_upstream_says(tmp_path: Path) -> None:
    """The same bytes reach the client of a target that passes everything on."""
    from harness.bundled import folder  # noqa: PLC0415

    path = folder("cassettes") / "llama-server" / "chat" / "text.cassette.jsonl"
    (one,) = scenarios_of(path)
    ran = run_all([Tiny()], Wishes(scenarios=(one,), beside=False), out=tmp_path)
    (cell,) = ran.result.cells
    assert cell.upstream
    got = exchanges_in(tmp_path)(cell.client[0])
    recorded = read_recording(path).exchanges[0].response
    assert got is not None
    assert got.response is not None
    assert recorded is not None
    assert got.response.body() == recorded.body()


def test_a_recording_that_no_client_can_send_is_refused(tmp_path: Path) -> None:
    """It says why."""
    bare = tmp_path / "answer.sse"
    bare.write_bytes(b'data: {"id":"c1","choices":[]}\n\ndata: [DONE]\n\n')
    with pytest.raises(InputError, match="cannot be played"):
        scenarios_of(bare)


def test_a_test_may_call_it(tmp_path: Path) -> None:
    """From Python, with a target of one's own, and a folder for what came of it."""
    result = harness.conform(Tiny(), scenarios="text-plain", out=tmp_path)
    assert result.ok
    assert read_result((tmp_path / "result.json").read_bytes()) == result
    assert (tmp_path / "report.html").read_text().lower().startswith("<!doctype html>")
    assert not harness.conform(Tiny(fails="no key"), scenarios="text-plain").ok


def test_a_target_is_given_folders_that_hold_wherever_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most run in a folder of their own, from where `harness-report` is another place than for whoever said it."""
    given: list[Path] = []

    class Placed(Tiny):
        @contextmanager
        def run(self, upstream: str, tools: Path, folder: Path) -> Iterator[Running]:
            given.extend((tools, folder))
            with super().run(upstream, tools, folder) as running:
                yield running

    monkeypatch.chdir(tmp_path)
    result = harness.conform(Placed(), scenarios="text-plain", out="report", tools="tools")
    assert result.ok
    assert given == [tmp_path / "tools", tmp_path / "report"]


@pytest.mark.parametrize(
    ("name", "asked", "told"),
    [
        ("gateway", (False, False), "is the version in --base-url"),
        (
            "gateway",
            (True, False),
            "nothing in responses: where it has no such path, --inbound chat leaves it out",
        ),
        ("gateway", (True, True), None),
        ("server", (False, False), "answered 404: is the version in --base-url"),
        ("server", (True, False), "answered 404 in responses: where it has no such path, --inbound chat"),
        ("tiny", (False, False), None),
    ],
)
def test_an_address_that_knows_no_such_path_is_told_of_with_the_option_that_helps(
    name: str, asked: tuple[bool, bool], told: str | None
) -> None:
    """A gateway may have one of the two dialects, or an address may lack its version."""
    dialects: tuple[Literal["chat", "responses"], ...] = ("chat", "responses")
    wires = (Wire(cassette="x", exchange=0),)
    cells = [
        msgspec.structs.replace(
            ruled(CellStatus.NOT_EXERCISED, reason=f"the target answered {200 if is_asked else 404}").cell,
            target=name,
            route=one,
            client=wires,
            upstream=wires if is_asked else (),
        )
        for one, is_asked in zip(dialects, asked, strict=True)
    ]
    routes = tuple(Route(name=one, inbound=one, model="m") for one in dialects)
    target = Target(name=name, title="somebody's", routes=routes)
    found = list(hints(msgspec.structs.replace(_result(*cells), targets=(target,))))
    assert len(found) == (told is not None)
    assert told is None or told in found[0]


def test_a_port_that_is_taken_is_our_upstreams(tmp_path: Path) -> None:
    """The target is not what did not start, and a port of 0 would help nobody."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        wishes = Wishes(scenarios=(scenario("text-plain"),), listen=taken.getsockname()[1])
        (target,) = run_all([Tiny()], wishes, out=tmp_path).result.targets
    assert target.status == "not_started"
    assert "our upstream could not listen" in (target.reason or "")
    assert "port 0" not in (target.reason or "")


def test_where_our_upstream_listens_is_told_to_whoever_asks(capsys: pytest.CaptureFixture[str]) -> None:
    """A library prints nothing by itself."""

    def answer(connection: socket.socket, request: bytes) -> None:
        del request
        connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    told: list[str] = []
    with ScriptedServer(answer) as server:
        for announce in (told.append, None):
            result = harness.conform(
                base_url=f"{server.url}/v1",
                model="m",
                inbound=["chat"],
                upstream_port=0,
                scenarios="text-plain",
                announce=announce,
            )
            assert not result.ok
    assert "Point the gateway at our upstream" in told[0]
    assert capsys.readouterr() == ("", "")
