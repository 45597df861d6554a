"""A project that a newcomer could have written works: recorded once from a real server, replayed without it."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

import harness
from tests.clients.worlds import SERVERS, OwnLlamaServer, is_llama_here
from tests.gateways.servers.server import Tools
from tests.sampling import SAMPLE, Ran, contents, copied, record, run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.sdk

WORKERS = ("--numprocesses", "2")
OF_AGENT = {
    f"tests.test_agent.{name}"
    for name in (
        "test_it_greets",
        "test_it_shows_the_answer_as_it_comes",
        "test_it_looks_up_the_weather",
        "test_it_says_what_the_model_says[json]",
        "test_it_says_what_the_model_says[empty]",
        "test_too_long_a_question_is_refused",
        "test_it_notices_that_an_answer_was_cut",
    )
}
OF_BRIEF = {
    f"tests.test_brief.{name}"
    for name in (
        "test_one_question",
        "test_two_questions_at_once",
        "test_an_answer_that_comes_byte_by_byte",
    )
}
OF_SDK = {"tests.test_sdk.test_an_answer_in_pieces", "tests.test_sdk.test_an_answer_with_thought"}
PASSING = OF_AGENT | OF_BRIEF | (OF_SDK if find_spec("openai") is not None else set())
"""What passes here: its tests of the OpenAI SDK are skipped where that is not installed."""


def assert_all_passed(ran: Ran) -> None:
    """Every test that can run here passed, and nothing else happened but that the others were skipped."""
    assert ran.status == 0, ran.output
    assert ran.passed() == PASSING, ran.output
    assert {ran.outcomes[name] for name in ran.outcomes if name not in PASSING} <= {"skipped"}, ran.output


def replay_alike(folder: Path, times: int) -> None:
    """Replay some times in two workers, without a network: each time alike, and nothing is written."""
    project = copied(folder)
    before = contents(project)
    for _ in range(times):
        assert_all_passed(run(project, *WORKERS, "--harness-record-mode", "none"))
        assert contents(project) == before


def test_it_replays_alike_three_times_in_two_workers(tmp_path: Path) -> None:
    """Neither a key nor a network is needed, and no file is touched."""
    replay_alike(tmp_path, 3)


@pytest.mark.thorough
def test_it_replays_alike_twenty_times_in_two_workers(tmp_path: Path) -> None:
    """As above: nothing depends on which worker has which test, or on when."""
    replay_alike(tmp_path, 20)


def test_it_replays_from_another_folder_and_in_one_process(tmp_path: Path) -> None:
    """Cassettes are looked for beside the tests, wherever pytest was started; and nothing is left there either."""
    project, elsewhere = copied(tmp_path / "project"), tmp_path / "elsewhere"
    elsewhere.mkdir()
    before = contents(project)
    assert_all_passed(run(project, "--harness-record-mode", "none", cwd=elsewhere))
    assert contents(project) == before
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("variables", [{"CI": "true"}, {}], ids=["in CI", "on a desk"])
def test_no_option_is_needed(tmp_path: Path, variables: dict[str, str]) -> None:
    """Where all is recorded, the default mode replays and touches nothing: none in CI, once elsewhere."""
    project = copied(tmp_path)
    before = contents(project)
    assert_all_passed(run(project, *WORKERS, variables=variables))
    assert contents(project) == before


def test_without_cassettes_and_server_it_fails_in_ci_and_records_nothing(tmp_path: Path) -> None:
    """What was not committed is told by its name, and no request goes out to make up for it."""
    project = copied(tmp_path, cassettes=False)
    before = contents(project)
    ran = run(project, *WORKERS, variables={"CI": "true"})
    assert ran.status == 1
    assert ran.passed() == set()
    assert "test_it_greets.cassette.jsonl" in ran.output
    assert "a test without a network asked for one" not in ran.output
    assert contents(project) == before


def test_the_shipped_cassettes_hold_no_key(tmp_path: Path) -> None:
    """They are whole, and of whoever recorded them they tell nothing."""
    paths = sorted(SAMPLE.rglob("*.cassette.jsonl"))
    assert len(paths) == len(OF_AGENT | OF_BRIEF | OF_SDK) - 1  # two tests share one
    for path in paths:
        for exchange in harness.read_cassette(path).exchanges:
            (told,) = [value for name, value in exchange.request.headers if name.lower() == "authorization"]
            assert told.startswith("Bearer redacted-"), path
            assert exchange.request.url.startswith("http://127.0.0.1:"), path


@pytest.mark.parametrize("mode", ["once", "all"])
def test_it_is_recorded_anew_from_a_real_server(tmp_path: Path, mode: str) -> None:
    """From nothing in mode once, over what is there in mode all; then it replays without the server, alike."""
    if not is_llama_here():
        pytest.skip("no llama-server is here: python -m tests.gateways.install .nox/servers llama-server")
    project = copied(tmp_path, cassettes=mode == "all")
    shipped = contents(project / "tests" / "cassettes") if mode == "all" else {}
    tools = Tools(folder=SERVERS, work=tmp_path, key="sk-" + "5" * 40)
    assert_all_passed(record(project, OwnLlamaServer(tools), mode))
    recorded = contents(project / "tests" / "cassettes")
    count = len(PASSING) - 1
    assert len({name for name, it in recorded.items() if shipped.get(name) != it}) == count
    assert not any(tools.key.encode() in content for _, content in recorded.values())
    assert_all_passed(run(project, *WORKERS, "--harness-record-mode", "none"))
    assert contents(project / "tests" / "cassettes") == recorded
