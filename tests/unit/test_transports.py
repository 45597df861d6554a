"""Recording and replaying under httpx and httpx2 clients: chunks, times, endings, isolation."""

from __future__ import annotations

import asyncio
import gzip
import importlib
import threading
from typing import TYPE_CHECKING, Any

import brotli
import pytest
import zstandard

import harness
from harness.cassettes.exchange import How
from harness.errors import InputError, MissError, UnknownName, UsageError
from harness.io.files import read_cassette
from tests.reading_raw import PIECES, READERS, read_sync, stream_of
from tests.scripted import LAST_CHUNK, SSE_HEAD, ScriptedServer, http_chunk

if TYPE_CHECKING:
    import socket
    from pathlib import Path


@pytest.fixture(params=["httpx", "httpx2"])
def module(request: pytest.FixtureRequest) -> Any:
    """Each of the two modules."""
    return importlib.import_module(request.param)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the cassette of a test lies."""
    return tmp_path / "session.cassette.jsonl"


@pytest.mark.parametrize("read", READERS)
def test_every_chunk_comes_back_as_it_came(module: Any, path: Path, read: Any) -> None:
    """Live, recorded and replayed chunks are equal, also one that ends inside a character."""
    with ScriptedServer(stream_of(PIECES)) as server, harness.cassette(path) as tape:
        live, error = read(tape, module, server.url + "/v1/chat/completions")
        url = server.url
    with harness.cassette(path, mode="none") as tape:
        replayed, replay_error = read(tape, module, url + "/v1/chat/completions")

    assert error is None
    assert live == PIECES
    assert replayed == live
    assert replay_error is None
    recorded = read_cassette(path).exchanges[0]
    assert recorded.response is not None
    assert [chunk.data for chunk in recorded.response.chunks] == PIECES
    times = [chunk.at_us for chunk in recorded.response.chunks]
    assert times == sorted(times)
    assert recorded.ending.how is How.COMPLETE


def test_the_first_chunk_reaches_the_client_while_the_server_still_waits(module: Any, path: Path) -> None:
    """The server sends the rest only when the client has the first event: a recorder that buffers hangs here."""
    seen = threading.Event()

    def script(connection: socket.socket, _: bytes) -> None:
        connection.sendall(SSE_HEAD + http_chunk(b"data: first\n\n"))
        assert seen.wait(60)
        connection.sendall(http_chunk(b"data: second\n\n") + LAST_CHUNK)

    with (
        ScriptedServer(script) as server,
        harness.cassette(path) as tape,
        tape.client(module) as client,
        client.stream("POST", server.url) as response,
    ):
        chunks = response.iter_raw()
        assert next(chunks) == b"data: first\n\n"
        seen.set()
        assert b"".join(chunks) == b"data: second\n\n"
    assert not server.errors


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [("gzip", gzip.compress), ("br", brotli.compress), ("zstd", zstandard.compress)],
)
def test_compressed_bodies_keep_their_wire_bytes(
    module: Any, path: Path, encoding: str, compress: Any
) -> None:
    """The replayed wire bytes are the recorded ones, and the client decodes them as it did live."""
    wire = compress(b"".join(PIECES))

    def script(connection: socket.socket, _: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(wire)}\r\n\r\n"
        connection.sendall(head.encode() + wire)

    def read(tape: harness.Tape, url: str) -> tuple[bytes, bytes]:
        with tape.client(module) as client:
            with client.stream("POST", url, json=1) as response:
                raw = b"".join(response.iter_raw())
            return raw, client.post(url, json=2).content

    with ScriptedServer(script) as server, harness.cassette(path) as tape:
        live = read(tape, server.url)
    with harness.cassette(path, mode="none") as tape:
        replayed = read(tape, server.url)

    assert live[0] == wire
    # Whether a client can undo zstd depends on what is installed beside it.
    assert live[1] in ({b"".join(PIECES)} if encoding != "zstd" else {b"".join(PIECES), wire})
    assert replayed == live


def test_concurrent_streams_are_recorded_in_request_order(module: Any, path: Path) -> None:
    """The first request is answered last, and still is exchange 0."""
    second_done = threading.Event()

    def script(connection: socket.socket, request: bytes) -> None:
        connection.sendall(SSE_HEAD)
        if request.endswith(b"first"):
            assert second_done.wait(60)
        connection.sendall(http_chunk(request[-6:]) + LAST_CHUNK)

    async def read(tape: harness.Tape, url: str) -> list[bytes]:
        async with tape.async_client(module) as client:
            first = asyncio.create_task(client.post(url, content=b" first"))
            await asyncio.sleep(0.1)
            second = (await client.post(url, content=b"second")).content
            second_done.set()
            return [(await first).content, second]

    with ScriptedServer(script) as server, harness.cassette(path) as tape:
        assert asyncio.run(read(tape, server.url)) == [b" first", b"second"]

    assert [exchange.request.body for exchange in read_cassette(path).exchanges] == [b" first", b"second"]


def test_two_tapes_open_at_once_never_mix(module: Any, tmp_path: Path) -> None:
    """Two threads, each with its own cassette of the same request, get each its own answer."""
    paths = [tmp_path / f"{name}.cassette.jsonl" for name in ("a", "b")]
    for number, path in enumerate(paths):
        with ScriptedServer(stream_of([b"data: %d\n\n" % number])) as server, harness.cassette(path) as tape:
            read_sync(tape, module, server.url + "/same")
    both_open = threading.Barrier(2)
    got: dict[int, list[bytes]] = {}

    def replay(number: int) -> None:
        with harness.cassette(paths[number], mode="none") as tape:
            both_open.wait(60)
            got[number] = read_sync(tape, module, "http://anywhere/same")[0]
            both_open.wait(60)

    threads = [threading.Thread(target=replay, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert got == {0: [b"data: 0\n\n"], 1: [b"data: 1\n\n"]}


def test_a_miss_explains_itself_in_the_answer_and_raises_at_the_end(module: Any, path: Path) -> None:
    """The client gets a 404 that SDKs do not retry, with the pointer that differs; closing the tape raises it."""
    with (
        ScriptedServer(stream_of(PIECES)) as server,
        harness.cassette(path) as tape,
        tape.client(module) as client,
    ):
        client.post(server.url + "/v1", json={"model": "a", "n": 1})
    tape = harness.cassette(path, mode="none")
    with tape.client(module) as client:
        response = client.post("http://anywhere/v1", json={"model": "a", "n": 2})

    assert response.status_code == 404
    assert response.headers["x-should-retry"] == "false"
    assert "/n" in response.json()["error"]["message"]
    with pytest.raises(MissError, match="/n"):
        tape.close()


def test_a_miss_can_be_raised_at_once(module: Any, path: Path) -> None:
    """`on_miss="raise"` raises out of the transport."""
    with (
        ScriptedServer(stream_of(PIECES)) as server,
        harness.cassette(path) as tape,
        tape.client(module) as client,
    ):
        client.post(server.url + "/v1", json={"n": 1})
    with (
        harness.cassette(path, mode="none", on_miss="raise") as tape,
        tape.client(module) as client,
        pytest.raises(MissError),
    ):
        client.post("http://anywhere/v1", json={"n": 2})

    assert len(tape.unplayed) == 1


def test_modes_keep_add_and_replace(path: Path) -> None:
    """`new_episodes` adds what is new, `all` replaces what was asked again and keeps the rest."""
    httpx = importlib.import_module("httpx")
    count = 0

    def script(connection: socket.socket, _: bytes) -> None:
        nonlocal count
        count += 1
        connection.sendall(SSE_HEAD + http_chunk(b"answer %d" % count) + LAST_CHUNK)

    def ask(mode: str, *bodies: str) -> list[str]:
        with harness.cassette(path, mode=mode) as tape, tape.client(httpx) as client:
            return [client.post(server.url, content=body).text for body in bodies]

    def held() -> list[tuple[bytes, bytes]]:
        return [
            (exchange.request.body, exchange.response.body())
            for exchange in read_cassette(path).exchanges
            if exchange.response
        ]

    with ScriptedServer(script) as server:
        assert ask("once", "a", "b") == ["answer 1", "answer 2"]
        assert ask("once", "a") == ["answer 1"]
        assert ask("new_episodes", "a", "c") == ["answer 1", "answer 3"]
        assert held() == [(b"a", b"answer 1"), (b"b", b"answer 2"), (b"c", b"answer 3")]
        assert ask("all", "b") == ["answer 4"]
        assert held() == [(b"a", b"answer 1"), (b"c", b"answer 3"), (b"b", b"answer 4")]
        assert ask("rewrite", "a") == ["answer 5"]
        assert held() == [(b"a", b"answer 5")]


def test_a_fault_hits_the_replay(module: Any, path: Path) -> None:
    """A status fault answers the first try and leaves the recording for the second; a cut breaks the stream."""
    with ScriptedServer(stream_of(PIECES)) as server, harness.cassette(path) as tape:
        read_sync(tape, module, server.url)
    with (
        harness.cassette(path, mode="none", fault="status:429,retry_after=2") as tape,
        tape.client(module) as client,
    ):
        first = client.post(server.url, json={"stream": True})
        second = client.post(server.url, json={"stream": True})
    with harness.cassette(path, mode="none", fault="cut:byte=5") as tape:
        chunks, error = read_sync(tape, module, server.url)

    assert (first.status_code, first.headers["retry-after"]) == (429, "2")
    assert second.content == b"".join(PIECES)
    assert b"".join(chunks) == b"data:"
    assert isinstance(error, module.RemoteProtocolError)


def test_a_session_without_requests_leaves_no_file(path: Path) -> None:
    """Neither a cassette nor a `.part` appears."""
    with harness.cassette(path):
        pass

    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"mode": "onec"}, UnknownName, "did you mean 'once'"),
        ({"mode": "none"}, InputError, "no such cassette"),
        ({"pace": "quick"}, UsageError, "quick"),
        ({"fault": "cutt"}, UnknownName, "did you mean 'cut'"),
        ({"on_miss": "ignore"}, UnknownName, "respond"),
        ({"pace": 3}, UsageError, "cannot be 3"),
        ({"fault": ["cut", "stall"]}, UsageError, "text"),
        ({"match": ["method", "uri"]}, UsageError, "MatchPolicy"),
    ],
)
def test_wrong_options_are_named(
    path: Path, options: dict[str, Any], error: type[Exception], text: str
) -> None:
    """Before anything is recorded."""
    with pytest.raises(error, match=text):
        harness.cassette(path, **options)
