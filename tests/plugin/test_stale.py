"""What no test asks for any more is told at the end of a session, and changed by nobody."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import harness
from harness import Cassette
from harness.io.partfile import PartFile
from tests.sessions import ASKING, CLEAN, TWO, claims, lay, run, told

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

WORKERS = pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "two workers"])


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A test that asks for all of its cassette, one that asks for half, and cassettes of tests that are gone."""
    for name, shipped in {
        "test_it/test_all": CLEAN,
        "test_it/test_half": TWO,
        "test_it/test_renamed": CLEAN,
        "test_gone/test_some": CLEAN,
        "named": CLEAN,
    }.items():
        lay(pytester, name, shipped)
    pytester.makepyfile(
        test_it=f"""{ASKING}
def test_all(cassette):
    ask(cassette, 0)

def test_half(cassette):
    ask(cassette, 0)
"""
    )
    return pytester


@WORKERS
def test_what_nobody_asked_for_is_told(
    project: pytest.Pytester, snapshot: SnapshotAssertion, workers: tuple[str, ...]
) -> None:
    """What it is, where it lies and what to do; the session passes, and every file is still there."""
    before = sorted(project.path.rglob("*.cassette.jsonl"))

    result = run(project, *workers)

    assert result.ret == pytest.ExitCode.OK
    text = told(result)
    assert text[text.index("=== cassettes") :] == snapshot
    assert sorted(project.path.rglob("*.cassette.jsonl")) == before


@WORKERS
def test_a_session_fails_where_that_is_asked(project: pytest.Pytester, workers: tuple[str, ...]) -> None:
    """`--harness-fail-on-stale` is for CI."""
    result = run(project, "--harness-fail-on-stale", *workers)

    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["4 cassettes to look after: --harness-fail-on-stale fails the session"])


@pytest.mark.parametrize("option", ["--setup-only", "--setup-plan", "--collect-only"])
def test_a_session_that_runs_no_test_is_told_nothing(project: pytest.Pytester, option: str) -> None:
    """Nobody asked for anything, as nobody could."""
    assert not claims(run(project, option))


def test_a_tidy_project_is_told_nothing(pytester: pytest.Pytester) -> None:
    """And passes."""
    lay(pytester, "test_it/test_all", CLEAN)
    pytester.makepyfile(test_it=f"{ASKING}\ndef test_all(cassette):\n    ask(cassette, 0)\n")

    result = run(pytester, "--harness-fail-on-stale")

    assert result.ret == pytest.ExitCode.OK
    assert "= cassettes =" not in result.stdout.str()


NARROW = {
    "by a word": ("-k", "all"),
    "by a name": ("test_it.py::test_all",),
    "by a mark": ("-m", "not slow"),
    "one left out": ("--deselect", "test_it.py::test_half"),
}


@pytest.mark.parametrize("arguments", NARROW.values(), ids=NARROW)
def test_a_session_of_some_tests_calls_nothing_orphaned(
    project: pytest.Pytester, arguments: tuple[str, ...]
) -> None:
    """Tests that were not selected may want what these did not use."""
    assert not [one for one in claims(run(project, *arguments)) if "orphaned" in one]


def test_an_unplayed_recording_is_told_of_a_single_test_too(project: pytest.Pytester) -> None:
    """A cassette that is named after a test is no other's."""
    result = run(project, "test_it.py::test_half")

    result.stdout.fnmatch_lines(["unplayed  cassettes/test_it/test_half.cassette.jsonl"])


def test_a_single_module_speaks_for_itself_alone(project: pytest.Pytester) -> None:
    """Where another module was not collected, what lies beside the modules' folders may be its own."""
    project.makepyfile(test_other="def test_nothing(): pass")

    assert claims(run(project, "test_it.py")) == [
        "orphaned  cassettes/test_it/test_renamed.cassette.jsonl",
        "unplayed  cassettes/test_it/test_half.cassette.jsonl",
    ]


def test_a_test_that_failed_before_it_opened_anything_excuses_its_module(project: pytest.Pytester) -> None:
    """What it would have opened is not known."""
    file = project.path / "test_it.py"
    file.write_text(file.read_text("utf-8") + "\ndef test_broken():\n    assert False\n", "utf-8")

    assert claims(run(project)) == ["unplayed  cassettes/test_it/test_half.cassette.jsonl"]


@WORKERS
def test_what_a_recorder_left_that_died_is_told(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    """Also where one test was named, and of a test that is gone; but not what is being recorded."""
    for name in ("test_all", "test_gone", "test_now"):
        lay(pytester, f"test_it/{name}", CLEAN)
    folder = pytester.path / "cassettes" / "test_it"
    for name in ("test_all", "test_gone"):
        (folder / f"{name}.cassette.jsonl").rename(folder / f"{name}.cassette.jsonl.part")
    lay(pytester, "test_it/test_all", CLEAN)
    pytester.makepyfile(test_it=f"{ASKING}\ndef test_all(cassette):\n    ask(cassette, 0)\n")

    with PartFile(folder / "test_now.cassette.jsonl"):
        result = run(pytester, "test_it.py::test_all", "--harness-fail-on-stale", *workers)

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert [line for line in result.outlines if line.startswith("crashed")] == [
        f"crashed   cassettes/test_it/{name}.cassette.jsonl.part" for name in ("test_all", "test_gone")
    ]
    result.stdout.fnmatch_lines(
        ["*or `harness cassette recover cassettes/test_it/test_all.cassette.jsonl.part` keeps*"]
    )


def test_a_skipped_test_keeps_its_cassette(pytester: pytest.Pytester) -> None:
    """It is known where it lies, whether the test runs or not."""
    lay(pytester, "test_it/test_later", CLEAN)
    pytester.makepyfile(
        test_it=f"{ASKING}\n@pytest.mark.skip\ndef test_later(cassette):\n    ask(cassette, 0)\n"
    )

    result = run(pytester, "--harness-fail-on-stale")

    result.assert_outcomes(skipped=1)
    assert result.ret == pytest.ExitCode.OK


def test_a_failed_test_is_not_asked_why_it_left_recordings(project: pytest.Pytester) -> None:
    """It may have failed before it came to them."""
    file = project.path / "test_it.py"
    file.write_text(file.read_text("utf-8") + "    assert False\n", "utf-8")

    assert not [one for one in claims(run(project)) if "unplayed" in one]


def test_a_fault_may_make_a_client_leave_early(pytester: pytest.Pytester) -> None:
    """So what it left is not called unplayed."""
    lay(pytester, "test_it/test_cut", TWO)
    pytester.makepyfile(
        test_it=f"""{ASKING}
@pytest.mark.cassette(fault="truncate")
def test_cut(cassette):
    ask(cassette, 0)
"""
    )

    assert not claims(run(pytester))


@WORKERS
def test_tests_that_share_a_cassette_ask_for_it_together(
    pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    """Each half is somebody's."""
    lay(pytester, "shared", TWO)
    pytester.makepyfile(
        test_it=f"""{ASKING}
pytestmark = pytest.mark.cassette("cassettes/shared")

def test_one(cassette):
    ask(cassette, 0)

def test_two(cassette):
    ask(cassette, 1)
"""
    )

    result = run(pytester, "--harness-fail-on-stale", *workers)

    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.OK


def test_one_of_two_that_share_says_nothing_of_the_other(pytester: pytest.Pytester) -> None:
    """Selected alone, it cannot know what the other asks for."""
    lay(pytester, "shared", TWO)
    pytester.makepyfile(
        test_it=f"""{ASKING}
@pytest.mark.cassette("cassettes/shared")
def test_one(cassette):
    ask(cassette, 0)
"""
    )

    assert claims(run(pytester, "test_it.py::test_one")) == []
    assert claims(run(pytester)) == ["unplayed  cassettes/shared.cassette.jsonl"]


@pytest.mark.parametrize(
    "opened", ["replay_server(NAMED)", "gateway_server('chat=http://127.0.0.1:9', replay=NAMED)"]
)
def test_a_cassette_that_a_test_opens_itself_is_somebodys(project: pytest.Pytester, opened: str) -> None:
    """However it is opened."""
    file = project.path / "test_it.py"
    more = f"with harness.{opened.replace('NAMED', repr('cassettes/named.cassette.jsonl'))}:\n        pass"
    file.write_text(f"{file.read_text('utf-8')}\ndef test_server():\n    {more}\n", "utf-8")

    found = claims(run(project))

    assert "orphaned  cassettes/test_it/test_renamed.cassette.jsonl" in found
    assert "orphaned  cassettes/named.cassette.jsonl" not in found


@WORKERS
def test_a_request_that_changed_makes_its_cassette_stale(
    pytester: pytest.Pytester, snapshot: SnapshotAssertion, workers: tuple[str, ...]
) -> None:
    """The summary says what changed, and how the test is recorded again."""
    place = lay(pytester, "test_it/test_changed", CLEAN)
    asked = json.loads(harness.read_cassette(place).exchanges[0].request.body)
    pytester.makepyfile(
        test_it=f"""{ASKING}
def test_changed(cassette):
    with httpx.Client() as client:
        client.post("http://localhost/v1/chat/completions", json={{**{asked!r}, "temperature": 2}})
"""
    )

    result = run(pytester, *workers)

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    text = told(result)
    assert text[text.index("=== cassettes") : text.index("=== short")] == snapshot


def test_a_mode_that_a_mark_says_is_changed_there(pytester: pytest.Pytester) -> None:
    """The command line would change nothing."""
    lay(pytester, "test_it/test_half", TWO)
    pytester.makepyfile(
        test_it=f"{ASKING}\n@pytest.mark.cassette(mode='none')\ndef test_half(cassette):\n    ask(cassette, 0)\n"
    )

    text = told(run(pytester))

    assert "record it again: pytest test_it.py::test_half, with mode='rewrite' in the test's mark" in text


def test_an_old_cassette_is_stale_where_the_project_says_so(pytester: pytest.Pytester) -> None:
    """`harness_stale_days` is how long a recording may stand for what a provider does."""
    place = lay(pytester, "test_it/test_old", CLEAN)
    recorded = harness.read_cassette(place)
    old = Cassette({**recorded.head, "recorded": "2001-01-01T00:00:00Z"}, list(recorded.exchanges))
    harness.write_cassette(old, place)
    pytester.makepyfile(test_it=f"{ASKING}\ndef test_old(cassette):\n    ask(cassette, 0)\n")

    silent = run(pytester)
    pytester.makeini("[pytest]\nharness_stale_days = 9000\n")
    told_of = run(pytester)

    assert not claims(silent)
    told_of.stdout.fnmatch_lines(
        ["stale     cassettes/test_it/test_old.cassette.jsonl", "  it was recorded * days ago"]
    )


def test_one_folder_for_all_cassettes_is_looked_through(pytester: pytest.Pytester) -> None:
    """Each module has its own folder there; what belongs to no module is orphaned, too."""
    for name in ("test_it/test_all", "test_it/test_old", "tests/test_gone/test_some"):
        lay(pytester, name, CLEAN)
    pytester.makepyfile(test_it=f"{ASKING}\ndef test_all(cassette):\n    ask(cassette, 0)\n")

    result = run(pytester, "--harness-cassette-dir", "cassettes")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "orphaned  cassettes/test_it/test_old.cassette.jsonl",
            "orphaned  cassettes/tests/test_gone/test_some.cassette.jsonl",
        ]
    )


def test_a_cassette_that_was_never_recorded_is_missing_and_a_shipped_one_is_nobodys(
    pytester: pytest.Pytester,
) -> None:
    """Neither is stale: the first is to be recorded once, and of the second no user can record anything."""
    pytester.makepyfile(
        test_it="""
import httpx, pytest

@pytest.mark.cassette
def test_new():
    httpx.post("http://127.0.0.1:9/v1/chat/completions", json={})

def test_shipped(replay_server):
    httpx.post(replay_server("llama-server/chat/text").base_url + "/chat/completions", json={"model": "other"})
"""
    )

    result = run(pytester, "--harness-record-mode=none")

    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "missing   cassettes/test_it/test_new.cassette.jsonl",
            "  it was never recorded",
            "  record it: pytest test_it.py::test_new --harness-record-mode=once",
            "1 cassette to look after*",
        ]
    )
    assert "stale  " not in result.stdout.str()
