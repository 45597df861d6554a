"""`--conform`: what a test's cassette holds is judged, and what breaks the protocol is the test's failure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.sessions import ASKING, BROKEN, CLEAN, TWO, lay, run, told

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

KNOWN = """
[[expected]]
rule = "SSE-DONE-001"
source = "cassettes/test_it/test_broken.cassette.jsonl"
reason = "the server never sent it"
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A test whose cassette is as it should be, and one whose cassette is not."""
    lay(pytester, "test_it/test_clean", CLEAN)
    lay(pytester, "test_it/test_broken", BROKEN)
    pytester.makepyfile(
        test_it=f"""{ASKING}
def test_broken(cassette):
    ask(cassette, 0)

def test_clean(cassette):
    ask(cassette, 0)
"""
    )
    return pytester


def test_a_finding_is_the_failure_of_its_test(project: pytest.Pytester, snapshot: SnapshotAssertion) -> None:
    """Rule, place, bytes and where to read on; no frame of ours. Warnings are told at the end."""
    result = run(project, "--conform")

    result.assert_outcomes(passed=1, failed=1)
    assert told(result) == snapshot


def test_the_short_summary_is_short_in_ci(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pytest does not trim it: the text stands above, and once is enough."""
    monkeypatch.setenv("CI", "1")

    result = run(project, "--conform")

    assert [line for line in result.outlines if line.startswith("FAILED")] == [
        "FAILED test_it.py::test_broken - SSE-DONE-001 done-once: The stream ends without `[DONE]`."
    ]
    assert sum("bytes     " in line for line in result.outlines) == 1


def test_nothing_is_judged_without_the_option(project: pytest.Pytester) -> None:
    """Tests pass as they did."""
    result = run(project)

    result.assert_outcomes(passed=2)
    assert "conformance" not in result.stdout.str()


def test_two_workers_say_what_one_process_says(project: pytest.Pytester, snapshot: SnapshotAssertion) -> None:
    """The summary is the controller's, and each exchange stands in it once."""
    result = run(project, "--conform", "-n", "2")

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert told(result)[told(result).index("=== FAILURES") :] == snapshot


def test_a_milder_profile_judges_more_mildly(project: pytest.Pytester) -> None:
    """What `compat` does not mind fails no test, and the summary names the profile."""
    result = run(project, "--conform", "--conform-profile", "compat")

    result.stdout.fnmatch_lines(["*judged by the profile compat:*"])


def test_what_the_baseline_knows_is_expected_to_fail(
    project: pytest.Pytester, snapshot: SnapshotAssertion
) -> None:
    """The reason in the baseline is the reason of the xfail."""
    project.path.joinpath("known.toml").write_text(KNOWN, "utf-8")

    result = run(project, "--conform", "--conform-baseline", "known.toml", "-rx")

    result.assert_outcomes(passed=1, xfailed=1)
    assert result.ret == pytest.ExitCode.OK
    assert told(result) == snapshot


def test_what_is_new_fails_beside_what_is_known(project: pytest.Pytester) -> None:
    """A baseline for one rule excuses no other, and none of another recording."""
    project.path.joinpath("known.toml").write_text(KNOWN.replace("test_broken", "test_other"), "utf-8")

    result = run(project, "--conform", "--conform-baseline", "known.toml")

    result.assert_outcomes(passed=1, failed=1)


def test_runxfail_takes_the_baseline_away(project: pytest.Pytester) -> None:
    """As it does with the mark `xfail`."""
    project.path.joinpath("known.toml").write_text(KNOWN, "utf-8")

    result = run(project, "--conform", "--conform-baseline", "known.toml", "--runxfail")

    result.assert_outcomes(passed=1, failed=1)


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "two workers"])
def test_what_is_gone_is_told(
    project: pytest.Pytester, snapshot: SnapshotAssertion, workers: tuple[str, ...]
) -> None:
    """An entry about a cassette that was judged whole and is clean now; the session passes all the same."""
    gone = (
        '[[expected]]\nrule = "CHAT-FIN-001"\nsource = "cassettes/test_it/test_clean*"\nreason = "mended"\n'
    )
    project.path.joinpath("known.toml").write_text(KNOWN + gone, "utf-8")

    result = run(project, "--conform", "--conform-baseline", "known.toml", *workers)

    assert result.ret == pytest.ExitCode.OK
    assert (
        told(result)[told(result).index("=== conformance") :].replace(str(project.path), "PROJECT")
        == snapshot
    )


def test_an_unexpected_pass_of_the_baseline_fails_a_strict_project(project: pytest.Pytester) -> None:
    """`xfail_strict` means the baseline, too."""
    gone = KNOWN.replace("test_broken", "test_clean")
    project.path.joinpath("known.toml").write_text(KNOWN + gone, "utf-8")
    project.makeini("[pytest]\nxfail_strict = true\nharness_conform_baseline = known.toml\n")

    result = run(project, "--conform")

    result.assert_outcomes(passed=1, xfailed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_an_entry_of_a_test_that_was_not_selected_is_not_gone(project: pytest.Pytester) -> None:
    """What was not judged cannot be mended."""
    project.path.joinpath("known.toml").write_text(KNOWN.replace("test_broken", "*"), "utf-8")

    result = run(project, "--conform", "--conform-baseline", "known.toml", "-k", "clean")

    assert "stale" not in result.stdout.str()


def test_a_fault_on_replay_is_nobodys_fault(pytester: pytest.Pytester) -> None:
    """The recording is judged, and not what a fault made of it."""
    lay(pytester, "test_it/test_cut", CLEAN)
    pytester.makepyfile(
        test_it=f"""{ASKING}
@pytest.mark.cassette(fault="truncate")
def test_cut(cassette):
    ask(cassette, 0)
"""
    )

    result = run(pytester, "--conform")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["1 exchange of 1 cassette judged by the profile openai: 1 passed"])


def test_every_test_that_used_a_broken_recording_fails(pytester: pytest.Pytester) -> None:
    """So it makes no difference which of them comes first; the summary counts the recording once."""
    lay(pytester, "shared", BROKEN)
    pytester.makepyfile(
        test_it=f"""{ASKING}
pytestmark = pytest.mark.cassette("cassettes/shared")

def test_one(cassette):
    ask(cassette, 0)

def test_two(cassette):
    ask(cassette, 0)
"""
    )

    result = run(pytester, "--conform")

    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["1 exchange of 1 cassette judged*"])


def test_only_what_was_asked_for_is_judged(pytester: pytest.Pytester) -> None:
    """A recording that a test leaves alone is another section's affair."""
    lay(pytester, "test_it/test_half", TWO)
    pytester.makepyfile(test_it=f"{ASKING}\ndef test_half(cassette):\n    ask(cassette, 0)\n")

    result = run(pytester, "--conform")

    result.stdout.fnmatch_lines(["1 exchange of 1 cassette judged*", "unplayed  *test_half*"])


def test_a_tape_that_the_test_opens_itself_is_judged_too(pytester: pytest.Pytester) -> None:
    """`harness.cassette` and `harness.replay_server` are ways to use a cassette."""
    lay(pytester, "own", BROKEN)
    pytester.makepyfile(
        test_it=f"""{ASKING}
def test_tape():
    with harness.cassette("cassettes/own.cassette.jsonl", mode="none") as tape:
        one = harness.read_cassette(tape.path).exchanges[0].request
        with tape.client(httpx) as client:
            client.request(one.method, one.url, content=one.body, headers=list(one.headers))

def test_server():
    with harness.replay_server("cassettes/own.cassette.jsonl", pace="instant") as server:
        one = harness.read_cassette("cassettes/own.cassette.jsonl").exchanges[0].request
        url = server.base_url + "/chat/completions"
        httpx.request(one.method, url, content=one.body, headers={{"content-type": "application/json"}})
"""
    )

    result = run(pytester, "--conform")

    result.assert_outcomes(failed=2)


def test_a_server_of_the_session_fails_each_test_that_asks_it(pytester: pytest.Pytester) -> None:
    """It plays one recording again and again; a test that asks for nothing of it, or for what is legal, passes."""
    lay(pytester, "own", BROKEN)
    lay(pytester, "clean", CLEAN)
    pytester.makepyfile(
        test_it=f"""{ASKING}
def post(server, name):
    one = harness.read_cassette(f"cassettes/{{name}}.cassette.jsonl").exchanges[0].request
    url = server.base_url + "/chat/completions"
    httpx.request(one.method, url, content=one.body, headers={{"content-type": "application/json"}})

@pytest.fixture
def server(session_replay_server): return session_replay_server(["cassettes"])

def test_first(server): post(server, "own")
def test_second(server): post(server, "own")
def test_idle(server): ...
def test_clean(server): post(server, "clean")
def test_third(server): post(server, "own")
"""
    )

    result = run(pytester, "--conform")

    result.assert_outcomes(failed=3, passed=2)


def test_a_test_that_fails_by_itself_is_shown_the_finding(project: pytest.Pytester) -> None:
    """It may be why it fails; its own failure stays the failure."""
    project.makepyfile(
        test_it=f"{ASKING}\ndef test_broken(cassette):\n    ask(cassette, 0)\n    assert 0, 'mine'\n"
    )

    result = run(project, "--conform")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*AssertionError: mine*", "*conformance call*", "SSE-DONE-001 done-once:*"])


def test_a_session_without_cassettes_says_that_nothing_was_judged(pytester: pytest.Pytester) -> None:
    """Nothing judged is no pass, and so it is said."""
    pytester.makepyfile(test_it="def test_nothing(): pass")

    result = run(pytester, "--conform")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["nothing was judged: no test of this session used a cassette"])


BAD = {
    "an unknown profile": ("--conform", "--conform-profile", "opnai"),
    "a baseline that is not there": ("--conform", "--conform-baseline", "nowhere.toml"),
    "a baseline that is none": ("--conform", "--conform-baseline", "bad.toml"),
    "a rule that does not exist": ("--conform", "--conform-baseline", "rule.toml"),
    "a profile without anything to judge": ("--conform-profile", "compat"),
}


@pytest.mark.parametrize("arguments", BAD.values(), ids=BAD)
def test_what_cannot_be_meant_is_said_at_the_start(
    pytester: pytest.Pytester, snapshot: SnapshotAssertion, arguments: tuple[str, ...]
) -> None:
    """Before any test runs, with what would be right."""
    pytester.makepyfile(test_it="def test_never(): raise SystemExit")
    pytester.path.joinpath("bad.toml").write_text("[[expected", "utf-8")
    pytester.path.joinpath("rule.toml").write_text('[[expected]]\nrule = "SSE-DOME-001"\n', "utf-8")

    result = run(pytester, *arguments)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    text = "\n".join(result.errlines).strip().replace(str(pytester.path), "PROJECT")
    assert re.sub(r"one of \d+ names", "one of N names", text) == snapshot
