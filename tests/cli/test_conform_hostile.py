"""`harness conform` against servers that do what no server should: it ends, says so, and keeps what was recorded."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from harness.io.files import read_cassette
from harness.results.reading import read_result
from harness.sandwich import client
from tests.scripted import ScriptedServer, reset

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

    from harness.results.result import Result
    from tests.cli.conftest import Run

    Script = Callable[[socket.socket, bytes], None]

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\n\r\n"
CHUNK = (
    b'data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,'
    b'"delta":{"content":"on and on and on"},"finish_reason":null,"logprobs":null}]}\n\n'
)


def _is_get(connection: socket.socket, request: bytes) -> bool:
    """Whether it was only asked if it is there, which it is."""
    if request.startswith(b"GET"):
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        connection.close()
        return True
    return False


def closes(connection: socket.socket, request: bytes) -> None:
    """It closes at once."""
    if not _is_get(connection, request):
        connection.close()


def resets(connection: socket.socket, request: bytes) -> None:
    """It resets the connection."""
    if not _is_get(connection, request):
        reset(connection)


def says_noise(connection: socket.socket, request: bytes) -> None:
    """It answers with bytes that are no HTTP."""
    if not _is_get(connection, request):
        connection.sendall(bytes(range(255, 0, -1)) * 20)
        connection.close()


def stops_in_its_head(connection: socket.socket, request: bytes) -> None:
    """It ends amid a header field."""
    if not _is_get(connection, request):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Ty")
        connection.close()


def has_an_endless_head(connection: socket.socket, request: bytes) -> None:
    """Field after field comes, and no body."""
    if not _is_get(connection, request):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"x-more: and more\r\n" * 100)


def holds_its_head_back(connection: socket.socket, request: bytes) -> None:
    """A part of the head comes, and nothing else."""
    if not _is_get(connection, request):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Ty")
        connection.recv(1)


def never_answers(connection: socket.socket, request: bytes) -> None:
    """It takes the request, and that is all."""
    if not _is_get(connection, request):
        connection.recv(1)


def _run(harness: Run, tmp_path: Path, script: Script, *options: str) -> tuple[int, str, Result]:
    with ScriptedServer(script, raises=False) as server:
        base = ("--base-url", f"{server.url}/v1", "--model", "m")
        begun = time.monotonic()
        done = harness("conform", *base, *options)
        assert time.monotonic() - begun < 60
    assert "Traceback" not in done.err
    folder = tmp_path / "harness-report"
    assert not [*folder.glob("*.part")]
    assert (folder / "report.html").exists()
    return done.code, done.err, read_result((folder / "result.json").read_bytes())


@pytest.mark.parametrize(
    "script",
    [closes, resets, says_noise, stops_in_its_head, has_an_endless_head, holds_its_head_back, never_answers],
)
def test_a_server_that_answers_nothing_that_can_be_read_gives_3(
    harness: Run, tmp_path: Path, script: Script
) -> None:
    """Not each of its sixty cells is waited for, and what was asked is recorded."""
    code, told, result = _run(harness, tmp_path, script, "--concurrency", "8", "--timeout", "2")
    assert code == 3
    assert "requests after one another got no answer" in told
    assert result.targets[0].status == "died"
    assert {one.status.value for one in result.cells} == {"harness_fault"}
    recorded = read_cassette(tmp_path / "harness-report" / "server.client.cassette.jsonl").exchanges
    assert 8 <= len(recorded) < len(result.cells)
    assert all(one.response is None for one in recorded)


@pytest.mark.parametrize("kind", [b"text/event-stream", b"application/json"])
def test_an_answer_without_end_is_left_and_is_no_good_answer(
    harness: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: bytes
) -> None:
    """Neither memory nor disk is filled with it."""
    monkeypatch.setattr(client, "_LARGEST", 100_000)

    def goes_on(connection: socket.socket, request: bytes) -> None:
        if not _is_get(connection, request):
            connection.sendall(HEAD % kind)
            while True:
                connection.sendall(CHUNK * 50)

    code, _, result = _run(harness, tmp_path, goes_on, "--inbound", "chat", "--scenario", "model-text")
    assert code == 1
    assert {one.status.value for one in result.cells} == {"failed"}
    for one in read_cassette(tmp_path / "harness-report" / "server.client.cassette.jsonl").exchanges:
        assert one.ending.exception == "EndlessBody"
        assert one.response is not None
        assert 100_000 < len(one.response.body()) < 1_000_000


def test_a_server_none_of_whose_answers_ends_is_given_up(
    harness: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a few of them."""
    monkeypatch.setattr(client, "_LARGEST", 50_000)

    def goes_on(connection: socket.socket, request: bytes) -> None:
        if not _is_get(connection, request):
            connection.sendall(HEAD % b"text/event-stream")
            while True:
                connection.sendall(CHUNK * 50)

    code, told, result = _run(harness, tmp_path, goes_on, "--concurrency", "4")
    assert code == 3
    assert "8 answers after one another had no end" in told
    assert {one.status.value for one in result.cells} == {"failed", "harness_fault"}


def test_a_server_that_answers_everything_with_500_has_failed(harness: Run, tmp_path: Path) -> None:
    """It is there, it can be tested, and this is what came of it."""

    def breaks(connection: socket.socket, request: bytes) -> None:
        if not _is_get(connection, request):
            body = b'{"error":{"message":"oops","type":"server_error","param":null,"code":null}}'
            head = b"HTTP/1.1 500 Oops\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            connection.sendall(head % len(body) + body)

    code, told, result = _run(harness, tmp_path, breaks)
    assert code == 1, told
    assert {one.status.value for one in result.cells} == {"failed"}
    assert {one.reason for one in result.cells} == {
        "it answered 500 to this, as to everything else that it was asked"
    }


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_told_before_anything_is_played(
    harness: Run, tmp_path: Path
) -> None:
    """With the system's own words."""
    (tmp_path / "shut").mkdir(mode=0o500)
    done = harness("conform", "--scenario", "text-plain", "-o", "shut/in")
    assert done.code == 3, done
    assert "Permission denied" in done.err


def test_a_folder_whose_place_a_file_has_is_told_before_anything_is_played(
    harness: Run, tmp_path: Path
) -> None:
    """Nothing of the file is touched."""
    (tmp_path / "taken").write_text("mine")
    for place in ("taken", "taken/in"):
        done = harness("conform", "--scenario", "text-plain", "-o", place)
        assert done.code in {2, 3}, done
        assert "taken" in done.err
        assert done.out == ""
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_result_takes_the_place_of_an_earlier_one_and_leaves_other_files_alone(
    harness: Run, tmp_path: Path
) -> None:
    """Recordings are replaced whole, at the end."""
    out = tmp_path / "harness-report"
    out.mkdir()
    (out / "builtin.client.cassette.jsonl").write_text("something else\n")
    (out / "result.json").write_text("{}")
    (out / "mine.txt").write_text("mine")
    done = harness("conform", "--scenario", "text-plain")
    assert done.code == 0, done
    assert len(read_result((out / "result.json").read_bytes()).cells) == 16
    assert len(read_cassette(out / "builtin.client.cassette.jsonl").exchanges) == 16
    assert (out / "mine.txt").read_text() == "mine"
