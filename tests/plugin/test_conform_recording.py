"""`--conform` on what a test records: judged as soon as it has ended, and kept as evidence where it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.clients.live import LiveUpstream
from tests.sessions import BROKEN, CLEAN, SHIPPED

if TYPE_CHECKING:
    from collections.abc import Iterator

import harness


def body_of(shipped: str) -> bytes:
    """The stream of a shipped recording."""
    response = harness.read_cassette(SHIPPED / f"{shipped}.cassette.jsonl").exchanges[0].response
    return b"" if response is None else response.body()


@pytest.fixture
def url() -> Iterator[str]:
    """A server that breaks a rule below /broken, and none below /clean."""
    streams = {"/broken/chat/completions": body_of(BROKEN), "/clean/chat/completions": body_of(CLEAN)}
    with LiveUpstream(streams) as live:
        yield live.url


def asking(url: str) -> str:
    """A user's module that asks that server."""
    return f"""
import httpx
import pytest

def ask(way):
    body = {{"model": "m", "messages": [{{"role": "user", "content": "Hi"}}], "stream": True}}
    return httpx.post("{url}/" + way + "/chat/completions", json=body).read()
"""


def record(pytester: pytest.Pytester, mode: str) -> pytest.RunResult:
    """Run pytest with our server at hand."""
    return pytester.runpytest_inprocess(
        "-p", "no:cacheprovider", "--conform", f"--harness-record-mode={mode}"
    )


@pytest.mark.parametrize("mode", ["once", "new_episodes", "all", "rewrite"])
def test_what_is_recorded_is_judged_at_once(pytester: pytest.Pytester, url: str, mode: str) -> None:
    """It fails its test, and not its teardown; the recording stays, since it shows what was sent."""
    pytester.makepyfile(test_it=f"{asking(url)}\ndef test_broken(cassette):\n    ask('broken')\n")

    result = record(pytester, mode)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["SSE-DONE-001 done-once:*", "  where     cassettes/test_it/test_broken.*event 13*"]
    )
    kept = harness.read_cassette(pytester.path / "cassettes/test_it/test_broken.cassette.jsonl")
    assert len(kept.exchanges) == 1


def test_what_is_recorded_well_passes(pytester: pytest.Pytester, url: str) -> None:
    """And is counted."""
    pytester.makepyfile(test_it=f"{asking(url)}\ndef test_clean(cassette):\n    ask('clean')\n")

    result = record(pytester, "once")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["1 exchange of 1 cassette judged by the profile openai: 1 *"])


def test_what_comes_with_the_teardown_is_an_error_of_the_teardown(
    pytester: pytest.Pytester, url: str
) -> None:
    """A fixture may still ask when the test is over."""
    pytester.makepyfile(
        test_it=f"""{asking(url)}
@pytest.fixture
def cleaning(cassette):
    yield
    ask("broken")

def test_clean(cleaning):
    ask("clean")
"""
    )

    result = record(pytester, "once")

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["SSE-DONE-001 done-once:*"])
    result.stdout.fnmatch_lines(["2 exchanges of 1 cassette judged*"])


def test_an_added_recording_is_judged_and_not_those_before_it(pytester: pytest.Pytester, url: str) -> None:
    """What this session did not ask for is not its affair."""
    pytester.makepyfile(test_it=f"{asking(url)}\ndef test_two(cassette):\n    ask('broken')\n")
    record(pytester, "once")
    pytester.makepyfile(test_it=f"{asking(url)}\ndef test_two(cassette):\n    ask('clean')\n")

    result = record(pytester, "new_episodes")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["1 exchange of 1 cassette judged*"])
