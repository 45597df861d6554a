"""kill -9 of the recorder in the middle of a stream loses at most a tail that may have begun a secret."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import httpx

from harness.cassettes.exchange import How
from harness.io.files import read_cassette
from tests.scripted import LAST_CHUNK, SSE_HEAD, ScriptedServer, http_chunk

if TYPE_CHECKING:
    import socket
    from pathlib import Path

EVENTS = [b'data: {"n":%d}\n\n' % number for number in range(6)]


def _until_held(path: Path, data: bytes, times: int) -> None:
    for _ in range(500):
        if path.read_bytes().count(data) == times:
            return
        time.sleep(0.02)
    raise AssertionError(f"{data!r} did not come to {path.name} {times} times")


def test_two_streams_are_whole_and_the_third_is_recovered(tmp_path: Path) -> None:
    """The recorder is a process of its own, killed while the third stream is under way."""
    cassette = tmp_path / "session.cassette.jsonl"
    killed = threading.Event()

    def script(connection: socket.socket, request: bytes) -> None:
        connection.sendall(SSE_HEAD)
        for number, event in enumerate(EVENTS):
            if request.endswith(b"third") and number == 4:
                killed.wait(60)
                return
            connection.sendall(http_chunk(event))
        connection.sendall(LAST_CHUNK)

    with ScriptedServer(script) as upstream:
        recorder = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "harness", "record", "--upstream", upstream.url, "-o", str(cassette)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert recorder.stdout is not None
        with recorder, httpx.Client(base_url=recorder.stdout.readline().strip()) as client:
            for body in ("first", "second"):
                assert client.post("/x", content=body).content == b"".join(EVENTS)
            with client.stream("POST", "/x", content="third") as response:
                received = b""
                chunks = response.iter_raw()  # kept: without it the client would leave at the break
                for data in chunks:
                    received += data
                    if received == b"".join(EVENTS[:4]):
                        break
                # The client is served first: only what the recorder wrote can survive it.
                _until_held(tmp_path / "session.cassette.jsonl.part", b'{\\"n\\":3}', times=3)
                recorder.kill()
                recorder.wait()
            killed.set()

    part = tmp_path / "session.cassette.jsonl.part"
    assert part.exists()
    assert not cassette.exists()
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "harness", "cassette", "recover", str(part)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "2 exchanges whole, 1 cut short" in done.stderr

    first, second, third = read_cassette(cassette).exchanges
    assert first.response is not None
    assert second.response is not None
    assert third.response is not None
    assert first.response.body() == second.response.body() == b"".join(EVENTS)
    assert first.ending.how is second.ending.how is How.COMPLETE
    assert third.ending.how is How.RECORDER_CRASH
    assert third.response.body() == b"".join(EVENTS[:4])
    assert not part.exists()
