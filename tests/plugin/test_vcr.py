"""Cassettes of vcrpy: `--harness-vcr` replays them to the byte, as streams come, beside what records them."""

from __future__ import annotations

import importlib.util
import json
from typing import TYPE_CHECKING

import pytest

from harness.jobs.convert import import_recording
from tests.pytesting import STREAM, asking, cassettes, run, told

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

WITH_RECORDING = pytest.mark.skipif(
    importlib.util.find_spec("pytest_recording") is None, reason="nox -s plugins installs pytest-recording"
)
ALONE = pytest.mark.skipif(
    importlib.util.find_spec("pytest_recording") is not None, reason="pytest-recording is installed"
)


def _vcr(
    pytester: pytest.Pytester, name: str, *bodies: bytes, uri: str = "http://127.0.0.1:9/v1/chat/completions"
) -> None:
    """A cassette as vcrpy writes it, as YAML or JSON."""
    interactions = [
        {
            "request": {"method": "POST", "uri": uri, "headers": {}, "body": '{"text":"recorded"}'},
            "response": {
                "status": {"code": 200, "message": "OK"},
                "headers": {"content-type": ["text/event-stream"]},
                "body": {"string": body.decode()},
            },
        }
        for body in bodies
    ]
    path = pytester.path / "cassettes" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"interactions": interactions, "version": 1}), "utf-8")


MODULE = (
    asking("http://127.0.0.1:9")
    + """
def pieces(text="asked"):
    with httpx.stream("POST", URL, json={"text": text}) as answer:
        return list(answer.iter_raw())
"""
)


def test_a_cassette_of_vcrpy_is_replayed_event_by_event(pytester: pytest.Pytester) -> None:
    """Where pytest-recording looks for it; what vcrpy does not compare, such as the body, does not count."""
    _vcr(pytester, "test_it/test_chat.yaml", STREAM)
    _vcr(pytester, "test_it/TestChat.test_chat[a-b].yaml", STREAM)
    _vcr(pytester, "test_it/own.yaml", b"data: 1\n\n")
    _vcr(pytester, "test_it/test_extra.yaml", b"data: 1\n\n")
    _vcr(pytester, "test_it/more.yaml", b"data: 2\n\n", b"data: 3\n\n")
    _vcr(pytester, "test_it/test_json.json", b"data: 4\n\n")
    pytester.makepyfile(
        test_it=MODULE
        + f"""
@pytest.mark.vcr
def test_chat():
    assert len(pieces()) == 4
    assert ask()[0] == 404

class TestChat:
    @pytest.mark.vcr()
    @pytest.mark.parametrize("name", ["a/b"])
    def test_chat(self, name): assert b"".join(pieces()) == {STREAM!r}

@pytest.mark.default_cassette("own.yaml")
@pytest.mark.vcr
def test_named(): assert pieces() == [b"data: 1\\n\\n"]

@pytest.mark.vcr("more.yaml")
def test_extra(): assert [pieces() for _ in range(3)] == [[b"data: %d\\n\\n" % n] for n in (1, 2, 3)]

@pytest.mark.vcr(serializer="json", allow_playback_repeats=True)
def test_json(): assert [pieces() for _ in range(3)] == [[b"data: 4\\n\\n"]] * 3
"""
    )

    result = run(pytester, "--harness-vcr", "-o", "markers=default_cassette: of pytest-recording")

    result.assert_outcomes(passed=4, failed=1)
    result.stdout.fnmatch_lines(["*the only recording of this POST /v1/chat/completions has been played*"])


@ALONE
def test_what_vcrpy_is_told_to_compare_is_compared(
    pytester: pytest.Pytester, snapshot: SnapshotAssertion
) -> None:
    """By `vcr_config`, or the mark; a miss says so, and what records the test."""
    _vcr(pytester, "test_it/test_body.yaml", STREAM)
    _vcr(pytester, "test_it/test_query.yaml", STREAM, uri="http://127.0.0.1:9/v1/chat/completions?a=1")
    _vcr(pytester, "test_it/test_function.yaml", STREAM)
    _vcr(pytester, "test_it/test_said_here.yaml", STREAM)
    pytester.makepyfile(
        test_it=MODULE
        + """
import harness

@pytest.fixture(scope="module")
def vcr_config():
    return {"match_on": ["method", "uri", "body"], "filter_headers": ["authorization"]}

@pytest.mark.vcr
def test_body():
    assert len(pieces("recorded")) == 4
    pieces("other")

@pytest.mark.vcr(match_on=["uri"], filter_query_parameters=["a", ("b", "x")])
def test_query():
    assert len(pieces()) == 4

@pytest.mark.vcr(match_on=["method", "own_function"])
def test_function():
    pieces()

@pytest.mark.vcr(match_on=["own_function"])
@pytest.mark.cassette(match=harness.MatchPolicy(body="ignore"))
def test_said_here():
    pieces()

@pytest.mark.vcr
def test_missing():
    pieces()
"""
    )

    result = run(pytester, "--harness-vcr", "--tb=short")

    result.assert_outcomes(passed=2, failed=2, errors=1)
    assert told(result) == snapshot


def test_the_mark_of_this_package_counts_before_vcrpys(pytester: pytest.Pytester) -> None:
    """So pace, fault and match can be said for a cassette of vcrpy, too."""
    _vcr(pytester, "test_it/test_chat.yaml", STREAM)
    pytester.makepyfile(
        test_it=MODULE
        + """
import harness

@pytest.mark.vcr
@pytest.mark.cassette(pace="bytes:10", match=harness.MatchPolicy(ignore=["/text"]))
def test_chat():
    assert max(map(len, pieces())) == 10
"""
    )

    _apart(pytester, "--harness-vcr").assert_outcomes(passed=1)


@ALONE
def test_without_the_option_vcrpys_mark_is_none_of_ours(pytester: pytest.Pytester) -> None:
    """Nor is it known."""
    pytester.makepyfile(test_it="import pytest\n@pytest.mark.vcr\ndef test_chat(): ...")

    strict = ("--strict-markers", "-p", "no:cacheprovider")
    pytester.runpytest_subprocess(*strict).assert_outcomes(errors=1)
    pytester.runpytest_subprocess(*strict, "--harness-vcr").assert_outcomes(passed=1)


def _apart(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Run pytest in a process of its own: libyaml does not bear to be loaded twice."""
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", *arguments)


BOTH = """
@pytest.mark.vcr
def test_of_vcr(request):
    assert ask() == (200, {stream!r})

@pytest.mark.cassette
def test_of_ours():
    assert ask() == (200, {stream!r})
"""


@WITH_RECORDING
def test_both_plugins_record_and_replay_in_one_session(pytester: pytest.Pytester, url: str) -> None:
    """Each its own tests; then ours replays what vcrpy has recorded, with vcrpy's hands off httpx."""
    pytester.makepyfile(test_it=asking(url) + BOTH.format(stream=STREAM))
    _apart(pytester, "--record-mode=once").assert_outcomes(passed=2)
    found = sorted(one.name for one in (pytester.path / "cassettes" / "test_it").iterdir())
    assert found == ["test_of_ours.cassette.jsonl", "test_of_vcr.yaml"]
    pytester.makepyfile(test_it=asking("http://127.0.0.1:9") + BOTH.format(stream=STREAM))

    _apart(pytester, "--block-network").assert_outcomes(failed=1, passed=1)  # vcrpy compares the port
    pytester.makepyfile(
        test_it=asking("http://127.0.0.1:9")
        + "\n@pytest.fixture\ndef vcr_config(): return {'match_on': ['method', 'path']}\n"
        + BOTH.format(stream=STREAM).replace(
            "def test_of_vcr(request):",
            "def test_of_vcr(request, vcr, cassette):\n    assert 'httpx' in vcr.skip_patchers, cassette.path",
        )
    )
    _apart(pytester, "--block-network", "--harness-block-network", "--harness-vcr").assert_outcomes(passed=2)


@WITH_RECORDING
def test_recording_with_vcrpy_is_left_to_it(pytester: pytest.Pytester, url: str) -> None:
    """Whoever asks pytest-recording to record means it, `--harness-vcr` in the project's settings or not."""
    pytester.makepyfile(test_it=asking(url) + BOTH.format(stream=STREAM))

    _apart(pytester, "--harness-vcr", "--record-mode=once").assert_outcomes(passed=2)

    assert (pytester.path / "cassettes" / "test_it" / "test_of_vcr.yaml").exists()


def test_what_was_imported_is_found_also_for_tests_with_parameters_and_classes(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    """Before the import nothing is recorded over it, and nothing called missing: the command is told."""
    names = ["test_chat[1]", "TestChat.test_chat[a-b]"]
    for name in names:
        _vcr(pytester, f"test_it/{name}.yaml", STREAM)
    pytester.makepyfile(
        test_it=MODULE
        + """
@pytest.mark.cassette
@pytest.mark.parametrize("number", [1])
def test_chat(number): assert len(pieces("recorded")) == 4

@pytest.mark.cassette
class TestChat:
    @pytest.mark.parametrize("name", ["a/b"])
    def test_chat(self, name): assert len(pieces("recorded")) == 4
"""
    )
    folder = pytester.path / "cassettes/test_it"

    for ci in ("", "1"):
        monkeypatch.setenv("CI", ci)
        result = run(pytester)
        result.assert_outcomes(errors=2)
        assert told(result) == snapshot(name="told")
        assert cassettes(pytester) == []
    for name in names:
        import_recording(folder / f"{name}.yaml")

    run(pytester, "--harness-fail-on-stale").assert_outcomes(passed=2)
    assert cassettes(pytester) == sorted(f"cassettes/test_it/{name}.cassette.jsonl" for name in names)
