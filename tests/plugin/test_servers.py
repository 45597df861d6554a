"""`replay_server` and `gateway`: real servers for clients in other processes, whose misses fail the test."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

import harness
import harness.testing.servers
from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from tests.pytesting import run, told

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

_LOADED = (harness.replay_server, harness.gateway_server, harness.testing.servers)
"""A run of pytest within this process forgets what it has imported, and would import it again for each test."""

CHAT = (
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":'
    b'{"role":"assistant","content":"gr\xc3\xbc\xc3\x9fe"},"finish_reason":null}]}\n\n'
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":'
    b'{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
)
ASKED = b'{"model":"m","messages":[{"role":"user","content":"hi"}],"stream":true}'

MODULE = f"""
import json, os, socket, subprocess, sys
import httpx, pytest

ASKED = {ASKED!r}
JSON = {{"content-type": "application/json"}}

def post(server, body=ASKED, path="/chat/completions"):
    with httpx.Client(trust_env=False) as client:
        return client.post(server.base_url + path, content=body, headers=JSON)
"""


def recorded(folder: Path, name: str = "hi.cassette.jsonl", body: bytes = CHAT) -> Path:
    """A cassette with one exchange."""
    request = Request(
        "POST", "https://api.openai.com/v1/chat/completions", (("content-type", "application/json"),), ASKED
    )
    response = Response(200, (("content-type", "text/event-stream"),), (Chunk(0, body),))
    exchange = Exchange(0, request, response, Ending(How.COMPLETE))
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    harness.write_cassette(harness.Cassette({"schema": "llm-cassette/1"}, [exchange]), path)
    return path


def test_a_program_of_another_process_is_answered(pytester: pytest.Pytester) -> None:
    """What it is to know stands in the server's environment; the recording's bytes come as they were recorded."""
    recorded(pytester.path)
    pytester.makepyfile(
        test_it=MODULE
        + f"""
PROGRAM = '''
import os, sys, urllib.request
url = os.environ["OPENAI_BASE_URL"] + "/chat/completions"
request = urllib.request.Request(url, data={ASKED!r}, headers={{"content-type": "application/json"}})
sys.stdout.buffer.write(urllib.request.urlopen(request).read())
'''

def test_child(replay_server):
    server = replay_server("hi.cassette.jsonl")
    child = subprocess.run([sys.executable, "-c", PROGRAM], env={{**os.environ, **server.env}}, capture_output=True)
    assert child.stdout == {CHAT!r}, child.stderr
    assert server.base_url == server.url + "/v1" and server.url.startswith("http://127.0.0.1:")
    assert [one.body for one in server.requests] == [ASKED]
    assert (server.played, server.unplayed, server.misses) == (1, [], ())
"""
    )

    run(pytester).assert_outcomes(passed=1)


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_a_program_in_another_language_is_answered(pytester: pytest.Pytester) -> None:
    """JavaScript's own client reads the stream, cut inside its characters, and gets the text whole."""
    recorded(pytester.path)
    pytester.makepyfile(
        test_it=MODULE
        + f"""
PROGRAM = '''
const answer = await fetch(process.env.OPENAI_BASE_URL + "/chat/completions",
  {{method: "POST", body: {ASKED.decode()!r}, headers: {{"content-type": "application/json"}}}});
process.stdout.write(await answer.text());
'''

def test_child(replay_server):
    server = replay_server("hi.cassette.jsonl", pace="at:character")
    command = ["node", "--input-type=module", "-e", PROGRAM]
    child = subprocess.run(command, env={{**os.environ, **server.env}}, capture_output=True)
    assert child.stdout == {CHAT!r}, child.stderr
"""
    )

    run(pytester).assert_outcomes(passed=1)


def test_a_request_without_an_answer_fails_a_content_test(
    pytester: pytest.Pytester, snapshot: SnapshotAssertion
) -> None:
    """A client may hide the 404 that it was given; the test fails with what it says."""
    recorded(pytester.path)
    pytester.makepyfile(
        test_it=MODULE
        + """
def test_hidden(replay_server):
    post(replay_server("hi.cassette.jsonl"), b'{"model":"other"}')
"""
    )

    result = run(pytester, "--harness-cassette-dir=elsewhere")

    result.assert_outcomes(failed=1)
    assert told(result).partition("\n===")[0] == snapshot


def test_a_failing_test_is_told_of_its_misses(pytester: pytest.Pytester) -> None:
    """Its own error comes first, and the reason stands below it."""
    recorded(pytester.path)
    pytester.makepyfile(
        test_it=MODULE
        + """
def test_shown(replay_server):
    assert post(replay_server("hi.cassette.jsonl"), b'{"model":"other"}').status_code == 200
"""
    )

    result = run(pytester)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*assert 404 == 200*", "*harness: server*", "*no-matching-recording*"])


def test_what_a_client_says_of_its_miss_is_not_said_again(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither below its error, nor in the short summary, where pytest tells all lines in CI."""
    monkeypatch.setenv("CI", "1")
    recorded(pytester.path)
    pytester.makepyfile(
        test_it=MODULE
        + """
def test_shown(replay_server):
    raise RuntimeError(post(replay_server("hi.cassette.jsonl"), b'{"model":"other"}').json()["error"]["message"])

def test_hidden(replay_server):
    post(replay_server("hi.cassette.jsonl"), b'{"model":"other"}')
"""
    )

    result = run(pytester, "--tb=short")

    result.assert_outcomes(failed=2)
    lines = result.outlines
    assert sum("no-matching-recording" in line for line in lines) == 3  # with the summary's line of the first
    assert [line.partition(" - ")[2] for line in lines if line.startswith("FAILED")] == [
        "RuntimeError: no-matching-recording: no recording answers POST /v1/chat/completions",
        "the server of this test had no answer to a request",
    ]


def test_a_miss_of_a_shipped_recording_advises_what_can_be_done(pytester: pytest.Pytester) -> None:
    """Nobody can record it anew."""
    pytester.makepyfile(
        test_it=MODULE
        + """
def test_other(replay_server):
    server = replay_server("llama-server/chat/text", fail_on_miss=False)
    asked = '{"model":"mem","stream":true,"messages":[{"role":"user","content":"hi"}],"seed":%s}'
    post(server, asked % 1)
    post(server, asked % 1)
    post(server, path="/models")
    for miss in server.misses:
        assert "record it" not in miss and "mode=" not in miss
    assert "record one of your own" in server.misses[-1]
"""
    )

    run(pytester).assert_outcomes(passed=1)


def test_misses_can_be_what_a_test_is_about(pytester: pytest.Pytester) -> None:
    """With `fail_on_miss=False` they are only told."""
    recorded(pytester.path)
    pytester.makepyfile(
        test_it=MODULE
        + """
def test_miss(replay_server):
    server = replay_server("hi.cassette.jsonl", fail_on_miss=False)
    assert post(server, b'{"model":"other"}').status_code == 404
    assert len(server.misses) == 1 and '"other"' in server.misses[0]
"""
    )

    run(pytester).assert_outcomes(passed=1)


BAD = {
    "a recording that is not there": 'replay_server("no.cassette.jsonl")',
    "no recording": "replay_server()",
    "an unknown fault": 'replay_server("hi.cassette.jsonl", fault="truncat")',
    "a fault that cannot be made": 'replay_server("hi.cassette.jsonl", fault="call_id_changes")',
    "an unknown pace": 'replay_server("hi.cassette.jsonl", pace="at:word")',
    "an unknown dialect": 'gateway("hi.cassette.jsonl", dialect="chatt")',
    "a fault of a URL": 'gateway("http://127.0.0.1:9/v1", fault="truncate")',
    "a gateway without upstream": "gateway()",
    "a number": "replay_server(3)",
    "an empty list": "replay_server([])",
    "an unknown option": 'gateway("hi.cassette.jsonl", retrys=1)',
    "no recording of the session": "request.getfixturevalue('session_replay_server')()",
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_what_cannot_be_meant_is_told_without_our_frames(
    pytester: pytest.Pytester, snapshot: SnapshotAssertion, bad: str
) -> None:
    """The text says what is wrong and what would be right."""
    recorded(pytester.path)
    pytester.makepyfile(test_it=f"def test_it(request, replay_server, gateway):\n    {bad}\n")

    result = run(pytester)

    result.assert_outcomes(failed=1)
    assert told(result).replace(f"{pytester.path}/", "").replace(f"DIR/{pytester.path.name}/", "") == snapshot


def test_a_marked_test_serves_its_own_cassette(pytester: pytest.Pytester) -> None:
    """The mark's path, pace and fault hold, and no tape is under the test's own clients."""
    recorded(pytester.path / "tapes")
    pytester.makepyfile(
        test_it=MODULE
        + """
@pytest.mark.cassette("tapes/hi.cassette.jsonl", fault="status:429,times=1")
def test_own(replay_server):
    server = replay_server()
    assert [post(server).status_code for _ in range(2)] == [429, 200]
    assert len(server.requests) == 2

@pytest.mark.cassette("tapes/hi.cassette.jsonl")
@pytest.mark.faults("none", "status:503")
def test_gateway(gateway, harness_fault):
    server = gateway(retries=0)
    answer = post(server, b'{"model":"m","input":"hi","stream":true}', "/responses")
    assert answer.status_code == (200 if harness_fault == "none" else 503)
    assert len(server.upstream.requests) == 1
"""
    )

    run(pytester).assert_outcomes(passed=3)


def test_paths_are_from_the_file_of_the_test(pytester: pytest.Pytester) -> None:
    """Wherever pytest is called; a name without its suffix is enough."""
    recorded(pytester.path / "deep")
    pytester.mkdir("elsewhere")
    (pytester.path / "deep" / "test_it.py").write_text(
        MODULE
        + """
def test_it(replay_server):
    assert post(replay_server("hi")).status_code == 200
    assert post(replay_server(["hi.cassette.jsonl"])).status_code == 200
"""
    )

    run(pytester, f"--rootdir={pytester.path / 'elsewhere'}", "deep").assert_outcomes(passed=1)


def test_a_server_ends_with_its_test(pytester: pytest.Pytester) -> None:
    """Nothing listens there for the next test, and no key of the environment is in what a child is given."""
    recorded(pytester.path)
    pytester.makepyfile(
        test_it=MODULE
        + """
URLS = []

def test_first(replay_server, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "invented")
    server = replay_server("hi.cassette.jsonl")
    assert server.env["OPENAI_API_KEY"] == "harness-replay"
    URLS.append(server.url)

def test_second():
    host, port = URLS[0].removeprefix("http://").split(":")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)))
"""
    )

    run(pytester).assert_outcomes(passed=2)


SESSION = (
    MODULE
    + """
@pytest.fixture(scope="session")
def served(session_replay_server):
    return session_replay_server("hi.cassette.jsonl")

@pytest.mark.parametrize("number", range(6))
def test_each(served, session_replay_server, number):
    assert post(served).status_code == 200
    assert session_replay_server("hi.cassette.jsonl") is served
"""
)


def test_the_server_of_a_session_answers_every_test(pytester: pytest.Pytester) -> None:
    """Also where workers of pytest-xdist run them: each has one of its own, and each test is answered."""
    recorded(pytester.path)
    pytester.makepyfile(test_it=SESSION)

    pytester.runpytest_subprocess("-p", "no:cacheprovider", "-n", "2").assert_outcomes(passed=6)


def test_the_miss_of_a_session_fails_the_test_that_ran(pytester: pytest.Pytester) -> None:
    """And no other one."""
    recorded(pytester.path)
    pytester.makepyfile(
        test_it=SESSION
        + """
def test_miss(served):
    post(served, b'{"model":"other"}')

def test_after(served):
    pass
"""
    )

    result = run(pytester)

    result.assert_outcomes(passed=7, failed=1)
    result.stdout.fnmatch_lines(["FAILED test_it.py::test_miss*"])


def test_a_gateway_stands_in_front_of_recordings(pytester: pytest.Pytester) -> None:
    """A client of Responses reads what an upstream of Chat Completions has said, cut as one likes."""
    recorded(pytester.path)
    pytester.makepyfile(
        test_it=MODULE
        + """
def test_it(gateway):
    server = gateway("hi.cassette.jsonl", pace="bytes:1")
    answer = post(server, b'{"model":"m","input":"hi","stream":true}', "/responses")
    assert "response.completed" in answer.text and "gr\u00fc\u00dfe" in answer.text, answer.text
    assert json.loads(server.upstream.requests[0].body)["messages"]
    assert server.env["OPENAI_BASE_URL"] == server.base_url and "ANTHROPIC_BASE_URL" not in server.env

def test_url(gateway, replay_server):
    behind = replay_server("hi.cassette.jsonl", match=MatchPolicy(body="ignore"))
    server = gateway(behind.base_url, dialect="chat")
    assert server.upstream is None
    assert post(server).status_code == 200
    assert behind.played == 1

def test_session(session_gateway):
    server = session_gateway("hi.cassette.jsonl")
    assert session_gateway("hi.cassette.jsonl") is server
    assert [post(server).status_code for _ in range(3)] == [200] * 3

def test_miss(gateway):
    post(gateway("hi.cassette.jsonl"))
    server = gateway("hi.cassette.jsonl")
    post(server), post(server)
""".replace("MatchPolicy", "__import__('harness').MatchPolicy")
    )

    result = run(pytester)

    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["FAILED test_it.py::test_miss*"])
