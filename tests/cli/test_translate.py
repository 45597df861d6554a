"""`harness translate`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.jobs.looking import find_one

if TYPE_CHECKING:
    from tests.cli.conftest import Run

SHIPPED = "llama-server/chat/text"


def test_a_stream_goes_to_stdout_and_losses_to_stderr(harness: Run) -> None:
    """So that it can be piped into the checker."""
    outcome = harness("translate", SHIPPED, "--from", "chat", "--to", "responses")
    assert outcome.code == 0
    assert outcome.out.startswith("event: response.created\ndata: {")
    assert outcome.out.count("event: response.completed") == 1
    assert "info L240 answer  the upstream did not report usage" in outcome.err


def test_the_same_seed_gives_the_same_bytes(harness: Run) -> None:
    """Ids are made of it."""
    given = ("translate", SHIPPED, "--from", "chat", "--to", "responses", "--seed")
    assert harness(*given, "a").out == harness(*given, "a").out != harness(*given, "b").out


def test_a_whole_answer_can_be_wanted(harness: Run) -> None:
    """Whatever was recorded."""
    outcome = harness("translate", SHIPPED, "--from", "chat", "--to", "responses", "--whole")
    assert outcome.code == 0
    assert json.loads(outcome.out)["status"] == "completed"


def test_the_clients_request_is_echoed(harness: Run, tmp_path: Path) -> None:
    """And says whether a stream is wanted."""
    request = tmp_path / "request.json"
    request.write_text('{"model": "m", "input": "hi", "temperature": 0.5}', encoding="utf-8")
    outcome = harness("translate", SHIPPED, "--from", "chat", "--to", "responses", "--request", str(request))
    assert outcome.code == 0
    assert json.loads(outcome.out)["temperature"] == 0.5


def test_a_request_that_would_be_refused_is_told(harness: Run, tmp_path: Path) -> None:
    """With the member that is to blame; a policy may allow the loss."""
    request = tmp_path / "request.json"
    body = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "n": 2}
    request.write_text(json.dumps(body), encoding="utf-8")
    given = (
        "translate",
        "llama-server/responses/text",
        "--from",
        "responses",
        "--to",
        "chat",
        "--request",
        str(request),
    )
    refused = harness(*given)
    assert refused.code == 4
    assert "'n' cannot be translated" in refused.err
    assert "--losses L106=warn lets it through" in refused.err
    assert "Traceback" not in refused.err
    assert harness(*given, "--losses", "L106=allow").code == 0


def test_an_error_of_the_upstream_is_told_and_makes_the_exit_code_1(harness: Run, tmp_path: Path) -> None:
    """The client's error is on stdout."""
    body = tmp_path / "cut.sse"
    body.write_bytes(
        b'data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{}}]}\n\n'
    )
    outcome = harness("translate", str(body), "--from", "chat", "--to", "chat")
    assert outcome.code == 1
    assert json.loads(outcome.out)["error"]["code"] == "upstream_disconnected"
    assert "HTTP 502, upstream_disconnected" in outcome.err


def test_what_cannot_be_meant_is_told(harness: Run) -> None:
    """In a line, with what there is."""
    missing = harness("translate", "nothere", "--from", "chat", "--to", "chat")
    assert missing.code == 4
    other = harness("translate", SHIPPED, "--from", "gemini", "--to", "chat")
    assert other.code == 4
    assert "this answer speaks chat, not gemini" in other.err
    assert "say --from chat" in other.err
    policy = harness("translate", SHIPPED, "--from", "chat", "--to", "chat", "--losses", "L100=wran")
    assert policy.code == 2
    assert "did you mean 'warn'?" in policy.err
    profile = harness("translate", SHIPPED, "--from", "chat", "--to", "chat", "--profile", "vlm")
    assert profile.code == 2
    assert "did you mean 'vllm'?" in profile.err


@pytest.mark.parametrize("data", [b"", b"{bad", b"hello\n", b"<html></html>"])
def test_what_cannot_be_read_is_told_alike_of_files_and_of_standard_input(
    harness: Run, tmp_path: Path, data: bytes
) -> None:
    """The code is 4, and no answer is made of it."""
    path = tmp_path / "answer"
    path.write_bytes(data)
    file = harness("translate", str(path), "--from", "chat", "--to", "responses")
    piped = harness("translate", "-", "--from", "chat", "--to", "responses", stdin=data)
    assert (file.code, file.out) == (piped.code, piped.out) == (4, "")
    assert piped.err.splitlines()[0] == file.err.splitlines()[0]


def test_a_recording_may_come_on_standard_input(harness: Run) -> None:
    """As it may be a file."""
    path = find_one(SHIPPED)
    asked = ("--from", "chat", "--to", "responses")
    piped = harness("translate", "-", *asked, stdin=Path(path).read_bytes())
    assert piped.code == 0
    assert piped.out == harness("translate", SHIPPED, *asked).out
