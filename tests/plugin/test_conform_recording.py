"""`--conform` on what a test records: judged as soon as it has ended, and kept as evidence where it fails."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import harness
from tests.clients.live import LiveUpstream
from tests.sessions import BROKEN, CLEAN, SHIPPED

if TYPE_CHECKING:
    from collections.abc import Iterator


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


def test_what_is_no_answer_of_a_model_fails_nothing(pytester: pytest.Pytester, url: str) -> None:
    """A test may ask other servers, too; that nothing was judged of them is said."""
    pytester.makepyfile(
        test_it=f"""
import httpx

def test_other(cassette):
    assert httpx.get("{url}/index.html").status_code == 501
    assert httpx.post("{url}/search", json={{"query": "x"}}).status_code == 404
"""
    )

    result = record(pytester, "once")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["2 exchanges of 1 cassette judged by the profile openai: 2 not exercised"])


def test_a_cassette_of_vcrpy_is_judged(pytester: pytest.Pytester) -> None:
    """By what it knows: it has neither times nor endings."""
    folder = pytester.path / "cassettes/test_it"
    folder.mkdir(parents=True)
    event = 'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,'
    stream = event + '"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}]}\\n\\n'
    (folder / "test_chat.yaml").write_text(
        f"""interactions:
- request:
    body: '{{"model":"m","messages":[{{"role":"user","content":"Hi"}}],"stream":true}}'
    headers:
      content-type: [application/json]
    method: POST
    uri: https://api.example.com/v1/chat/completions
  response:
    body:
      string: {json.dumps(stream)}
    headers:
      content-type: [text/event-stream]
    status: {{code: 200, message: OK}}
version: 1
""".replace("\\\\n", "\\n"),
        "utf-8",
    )
    pytester.makepyfile(
        test_it="""
import httpx
import pytest

@pytest.mark.vcr
def test_chat():
    body = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], "stream": True}
    assert httpx.post("https://api.example.com/v1/chat/completions", json=body).status_code == 200
"""
    )

    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "--conform", "--harness-vcr")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["CHAT-FIN-001 finish-once:*", "  where     cassettes/test_it/test_chat.yaml*"]
    )
