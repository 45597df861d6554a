"""`harness report`: what is no result is refused in words, and two runs are compared as far as they can be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from harness.results.reading import read_result
from tests.scripted import ScriptedServer

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from tests.cli.conftest import Run


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "an empty file"),
        (b"not json", "this is no JSON"),
        (b"\xff\xfe", "no UTF-8"),
        (b"[1]", "an array"),
        (b'{"inputs":[],"profile":"openai"}', "a report of `harness check`"),
        (b'{"schema":"llm-stream-harness/conform/2"}', "read it with a later release"),
        (b'{"schema":"llm-stream-harness/conform/1"}', "`run`"),
        (b'{"schema":"llm-stream-harness/conform/1","run":{"harness":"0.1', "this is no JSON"),
        (b'{"k":"head"}\n{"k":"req"}\n', "JSON lines, or a cassette"),
    ],
)
def test_a_file_that_is_no_result_is_refused_in_words(
    harness: Run, tmp_path: Path, content: bytes, told: str
) -> None:
    """With 4, the name of the file, and nothing written."""
    (tmp_path / "some.json").write_bytes(content)
    done = harness("report", "some.json", "-o", "merged")
    assert done.code == 4, done
    assert told in done.err
    assert "some.json" in done.err
    assert done.out == ""
    assert not (tmp_path / "merged").exists()


def test_a_folder_without_a_result_and_a_file_that_is_not_there_are_told(
    harness: Run, tmp_path: Path
) -> None:
    """The folder is named as it was given."""
    (tmp_path / "empty").mkdir()
    folder = harness("report", "empty")
    assert folder.code == 4, folder
    assert "there is no result in this folder" in folder.err
    assert "where     empty\n" in folder.err
    gone = harness("report", "gone.json")
    assert gone.code == 4, gone
    assert "there is no such file" in gone.err


def test_runs_of_different_scenarios_are_compared_where_both_say_something(
    harness: Run, tmp_path: Path
) -> None:
    """What was not played again is neither fixed nor still failing: nobody can tell."""
    mended = False

    def answer(connection: socket.socket, request: bytes) -> None:
        is_right = mended and b"Count" not in request
        said = {"role": "assistant", "content": "Hello.", "refusal": None}
        choice = {"index": 0, "message": said, "finish_reason": "stop", "logprobs": None}
        spent = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
        head = {"id": "c1", "object": "chat.completion", "created": 1, "model": "m"}
        whole = {**head, "choices": [choice], "usage": spent if is_right else {**spent, "total_tokens": 50}}
        body = json.dumps(whole).encode()
        told = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        connection.sendall(told % len(body) + body)

    with ScriptedServer(answer) as server:
        base = ("conform", "--base-url", f"{server.url}/v1", "--model", "m", "--inbound", "chat")
        first = harness(*base, "--scenario", "model-text", "--scenario", "model-stop", "-o", "first")
        mended = True
        second = harness(*base, "--scenario", "model-text", "--scenario", "model-long", "-o", "second")
    assert (first.code, second.code) == (1, 1), (first, second)
    done = harness("report", "first", "second", "-o", "both")
    assert done.code == 0, done
    result = read_result((tmp_path / "both" / "result.json").read_bytes())
    found = {(one.kind.value, one.cell.removeprefix("server/chat/"), one.rule) for one in result.changes}
    totals = {
        (kind, cell) for kind, cell, rule in found if rule == "CHAT-SYNC-004" and cell.endswith("/whole")
    }
    assert totals == {
        ("fixed", "model-text/whole"),
        ("unknown", "model-stop/whole"),
        ("new", "model-long/whole"),
    }, found
    assert ("still_failing", "model-text/stream", "HTTP-MODE-002") in found
    assert "Since the earlier run:" in done.out
    assert {one.scenario for one in result.cells} == {"model-text", "model-long"}
