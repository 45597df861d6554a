"""One target through scenarios: whatever it does, the run ends, says so, and keeps what was recorded."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from harness.conforming.playing import Playing
from harness.conforming.run import put_through
from harness.conforming.wishes import TOOLS, Wishes
from harness.errors import FileAccessError
from harness.io.files import read_cassette
from harness.results.result import CellStatus
from harness.sandwich.behaviours import judged
from harness.scenarios.registry import scenario
from tests.scripted import ScriptedServer
from tests.targeting import Modest, Tiny

if TYPE_CHECKING:
    from pathlib import Path

    from harness.conforming.run import Through
    from harness.sandwich.judging import Judged
    from harness.sandwich.session import Played

PLAIN = ("text-plain", "text-unicode", "tool-one-call", "usage-asked", "ending-length")


def through(target: Tiny, out: Path, *names: str, **wishes: object) -> Through:
    """One target, put through some scenarios, judged in this process."""
    chosen = tuple(scenario(one) for one in names or ("text-plain",))
    made = Wishes(scenarios=chosen, beside=False, **wishes)  # type: ignore[arg-type]
    return put_through(target, made, tools=out / "tools", out=out)


def statuses(found: Through) -> list[CellStatus]:
    """What became of each cell."""
    return [one.cell.status for one in found.ruled]


def test_a_target_that_is_right_passes_and_both_sides_are_recorded(tmp_path: Path) -> None:
    """A whole run of two cells."""
    found = through(Tiny(), tmp_path)
    assert found.target.status == "ran"
    assert statuses(found) == [CellStatus.PASSED, CellStatus.PASSED]
    for side in ("client", "upstream"):
        assert len(read_cassette(tmp_path / f"tiny.{side}.cassette.jsonl").exchanges) == 2


class Installed(Tiny):
    """One that has to be installed somewhere."""

    def install(self, tools: Path) -> None:
        """It is there already."""


def test_a_cell_is_played_again_from_where_its_target_was_installed(tmp_path: Path) -> None:
    """The folder stands as a variable, as everywhere; the usual one need not be named."""
    usual = TOOLS.expanduser().absolute()
    commands = [
        put_through(
            target,
            Wishes(scenarios=(scenario("text-plain"),), beside=False),
            tools=tools,
            out=tmp_path / f"{number}",
        )
        .ruled[0]
        .cell.command
        for number, (target, tools) in enumerate(
            ((Installed(), tmp_path / "tools"), (Installed(), usual), (Tiny(), tmp_path / "tools"))
        )
    ]
    plain = "harness conform --target tiny --scenario text-plain -o again"
    assert commands == [plain.replace("tiny", 'tiny --tools "$TOOLS"'), plain, plain]


def test_cells_are_judged_in_a_process_of_its_own_as_they_are_here(tmp_path: Path) -> None:
    """The same cells come of it."""
    here = through(Tiny(), tmp_path / "here", "text-plain", "tool-one-call")
    chosen = tuple(map(scenario, ("text-plain", "tool-one-call")))
    beside = put_through(Tiny(), Wishes(scenarios=chosen), tools=tmp_path, out=tmp_path / "beside")
    assert [one.cell.id for one in beside.ruled] == [one.cell.id for one in here.ruled]
    assert statuses(beside) == statuses(here)
    assert [one.cell.rules for one in beside.ruled] == [one.cell.rules for one in here.ruled]


def test_cells_come_in_the_order_of_the_scenarios_whatever_the_order_of_play(tmp_path: Path) -> None:
    """A seed changes when what is played, and nothing of the result."""
    plain = through(Tiny(), tmp_path / "a", "text-plain", "tool-one-call")
    mixed = through(Tiny(), tmp_path / "b", "text-plain", "tool-one-call", seed=7)
    assert [one.cell.id for one in plain.ruled] == [one.cell.id for one in mixed.ruled]


def test_addresses_of_one_run_stand_as_variables(tmp_path: Path) -> None:
    """Ports differ from run to run, and say nothing to a reader."""
    found = through(Tiny(), tmp_path)
    assert found.target.commands == ("tiny --upstream $UPSTREAM",)
    assert '"$UPSTREAM/v1/chat/completions"' in (found.ruled[0].cell.curl or "")


def test_a_target_that_never_starts_is_told_and_not_raised(tmp_path: Path) -> None:
    """What it said stands in the result."""
    found = through(Tiny(fails="it wants another key"), tmp_path)
    assert found.target.status == "not_started"
    assert "it wants another key" in (found.target.reason or "")
    assert found.ruled == ()


def test_a_target_whose_own_code_fails_is_told_and_not_raised(tmp_path: Path) -> None:
    """A target is somebody else's code."""
    found = through(Tiny(crashes=ValueError("no such setting")), tmp_path)
    assert found.target.status == "not_started"
    assert found.target.reason == "ValueError: no such setting"


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    """Our upstream was to listen there."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        found = through(Tiny(), tmp_path, listen=taken.getsockname()[1])
    assert found.target.status == "not_started"
    assert "port" in (found.target.reason or "")


def test_a_target_that_is_not_there_ends_the_run_after_a_few_refusals(tmp_path: Path) -> None:
    """Nobody listens any more: the other cells are not tried one by one."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    found = through(Tiny(base_url=f"http://127.0.0.1:{port}/v1"), tmp_path, *PLAIN, concurrency=1)
    assert found.target.status == "died"
    assert "takes no more connections" in (found.target.reason or "")
    assert set(statuses(found)) == {CellStatus.HARNESS_FAULT}
    assert len(found.ruled) == 2 * len(PLAIN)
    assert len(read_cassette(tmp_path / "tiny.client.cassette.jsonl").exchanges) == 8


def test_a_target_that_dies_amid_the_run_keeps_what_was_played(tmp_path: Path) -> None:
    """The cells before it say what they say, those behind it that it was gone, and its log is kept."""
    looks = iter([None] * 3)
    dead: list[str] = []

    def ended() -> str | None:
        return dead[0] if dead else next(looks, None)

    def tell(done: int, of: int, cell: str) -> None:
        del of, cell
        if done == 2:
            dead.append("exit code -9")

    held = tuple(scenario(one) for one in ("text-plain", "transport-silence", "transport-slow-first"))
    wishes = Wishes(scenarios=held, beside=False, concurrency=1, progress=tell)
    found = put_through(Tiny(ended=ended), wishes, tools=tmp_path, out=tmp_path)
    assert found.target.status == "died"
    assert found.target.reason == "the target is gone: exit code -9"
    assert found.target.log == "asked $UPSTREAM"
    assert statuses(found)[:2] == [CellStatus.PASSED, CellStatus.PASSED]
    assert set(statuses(found)[2:]) == {CellStatus.HARNESS_FAULT}
    assert len(read_cassette(tmp_path / "tiny.client.cassette.jsonl").exchanges) >= 2


def test_a_target_that_hangs_on_everything_is_given_up(tmp_path: Path) -> None:
    """After two rounds of sessions without any answer."""

    def hang(connection: socket.socket, request: bytes) -> None:
        del request
        connection.recv(1)

    with ScriptedServer(hang) as server:
        found = through(Tiny(base_url=f"{server.url}/v1"), tmp_path, *PLAIN, concurrency=2, seconds=0.1)
    assert found.target.status == "died"
    assert "got no answer" in (found.target.reason or "")
    assert CellStatus.PASSED not in statuses(found)


def test_a_target_that_answers_garbage_ends_in_bounded_time(tmp_path: Path) -> None:
    """What is no HTTP is no answer."""

    def garbage(connection: socket.socket, request: bytes) -> None:
        del request
        connection.sendall(b"\x00\xff this is no HTTP\r\n\r\n")
        connection.close()

    with ScriptedServer(garbage) as server:
        found = through(Tiny(base_url=f"{server.url}/v1"), tmp_path, *PLAIN, concurrency=2)
    assert found.target.status == "died"
    assert set(statuses(found)) == {CellStatus.HARNESS_FAULT}


def test_a_target_that_hangs_up_on_one_request_and_answers_others_has_failed_that_one(tmp_path: Path) -> None:
    """It crashes over the tools, say, and its server closes the connection."""

    def crashes(connection: socket.socket, request: bytes) -> None:
        if b'"tools"' not in request:
            connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        connection.close()

    with ScriptedServer(crashes) as server:
        found = through(Tiny(base_url=f"{server.url}/v1"), tmp_path, "text-plain", "tool-one-call")
    told = {one.cell.reason for one in found.ruled if one.cell.scenario == "tool-one-call"}
    assert found.target.status == "ran"
    assert set(statuses(found)) == {CellStatus.FAILED}
    assert told == {"it hung up without an answer, and asked no upstream"}


def test_what_is_left_of_a_budget_is_left_out_without_blame(tmp_path: Path) -> None:
    """It says nothing about the target."""
    found = through(Tiny(), tmp_path, "transport-silence", budget=0.2)
    assert found.target.status == "ran"
    assert set(statuses(found)) == {CellStatus.NOT_EXERCISED}
    assert "budget of 0.2 s" in (found.ruled[0].cell.reason or "")


def test_no_more_requests_are_sent_than_allowed(tmp_path: Path) -> None:
    """The first cells that fit are played."""
    found = through(Tiny(), tmp_path, "text-plain", "tool-one-call", requests=3)
    assert statuses(found).count(CellStatus.PASSED) == 3
    assert found.ruled[3].cell.reason == "left out: 3 requests at most"
    assert len(read_cassette(tmp_path / "tiny.client.cassette.jsonl").exchanges) == 3


def test_a_cell_over_which_the_checker_fails_does_not_end_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a fault of the harness, and says so."""

    def fails(played: Played, *, profile: str, ruleset: str | None) -> Judged:
        if played.mode == "stream":
            message = f"no rule for {profile}"
            raise ZeroDivisionError(message)
        return judged(played, profile=profile, ruleset=ruleset)

    monkeypatch.setattr("harness.conforming.judge.judged", fails)
    found = through(Tiny(), tmp_path)
    assert statuses(found) == [CellStatus.HARNESS_FAULT, CellStatus.PASSED]
    assert found.ruled[0].cell.reason == "ZeroDivisionError: no rule for openai"


def test_what_a_target_says_it_does_not_do_is_unsupported_where_it_does_not(tmp_path: Path) -> None:
    """A cell that passes all the same is passed."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}/v1"
    refused = through(Modest(base_url=url), tmp_path / "a")
    assert set(statuses(refused)) == {CellStatus.UNSUPPORTED}
    assert refused.ruled[0].cell.reason == "its README, section Limits"
    fine = through(Modest(), tmp_path / "b")
    assert set(statuses(fine)) == {CellStatus.PASSED}


def test_what_a_target_says_it_does_not_do_is_no_warning_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That log probabilities are missing is told of no server whose project says that it has none."""

    def warns(played: Played, *, profile: str, ruleset: str | None) -> Judged:
        return replace(judged(played, profile=profile, ruleset=ruleset), status=CellStatus.WARNED)

    monkeypatch.setattr("harness.conforming.judge.judged", warns)
    assert set(statuses(through(Tiny(), tmp_path / "a"))) == {CellStatus.WARNED}
    assert set(statuses(through(Modest(), tmp_path / "b"))) == {CellStatus.UNSUPPORTED}


def test_what_is_declared_is_not_counted_among_the_faults(tmp_path: Path) -> None:
    """A report would name rules that the target breaks, of cells that say nothing about it."""

    def null(connection: socket.socket, request: bytes) -> None:
        del request
        connection.sendall(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 4\r\n\r\nnull"
        )
        connection.close()

    with ScriptedServer(null) as server:
        blamed = through(Tiny(base_url=f"{server.url}/v1"), tmp_path / "a")
        declared = through(Modest(base_url=f"{server.url}/v1"), tmp_path / "b")
    assert set(statuses(blamed)) == {CellStatus.FAILED}
    assert set(statuses(declared)) == {CellStatus.UNSUPPORTED}
    assert {one.cell.findings for one in declared.ruled} == {()}
    assert {one.blamed for one in declared.ruled} == {()}


def test_an_interrupted_run_keeps_what_was_played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Ctrl-C does it: the task that plays is cancelled."""
    whole = Playing.all

    async def cancelled(self: Playing) -> object:
        task = asyncio.create_task(whole(self))

        async def press() -> None:
            while len(found) < 2:  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.01)
            task.cancel()

        await asyncio.gather(press(), task)
        return task.result()

    found: list[str] = []
    monkeypatch.setattr(Playing, "all", cancelled)
    names = ("text-plain", "transport-silence")
    ended = through(Tiny(), tmp_path, *names, progress=lambda done, of, cell: found.append(cell))  # noqa: ARG005
    assert ended.interrupted
    assert statuses(ended) == [CellStatus.PASSED] * 2 + [CellStatus.NOT_EXERCISED]
    assert ended.ruled[2].cell.reason == "the run was interrupted"
    assert len(read_cassette(tmp_path / "tiny.client.cassette.jsonl").exchanges) >= 2


def test_no_key_stands_in_a_result_or_a_recording(tmp_path: Path) -> None:
    """Whatever the field is called that it is sent in."""
    key = "vk-" + "q8Z4" * 6
    target = Tiny(headers=(("x-own", key), ("authorization", f"Bearer {key}")))
    found = through(target, tmp_path, secrets={"OWN_KEY": key})
    assert statuses(found) == [CellStatus.PASSED, CellStatus.PASSED]
    assert key not in repr(found.ruled[0].cell)
    for side in ("client", "upstream"):
        assert key not in (tmp_path / f"tiny.{side}.cassette.jsonl").read_text()


def test_what_a_killed_run_left_unsealed_is_not_written_over(tmp_path: Path) -> None:
    """It is the evidence of that run: whoever wants it seals it first."""
    left = tmp_path / "tiny.client.cassette.jsonl.part"
    left.write_bytes(b"{}\n")
    with pytest.raises(FileAccessError, match="harness cassette recover"):
        through(Tiny(), tmp_path)
    assert left.read_bytes() == b"{}\n"
