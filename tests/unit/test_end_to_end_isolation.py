"""Sessions, tapes, tasks, threads and streams that run at once never get anything of each other."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import httpx2
import pytest

import harness
from harness.cassettes.exchange import How
from harness.io.files import read_cassette
from harness.jobs.record import record_server
from harness.jobs.replay import replay_server
from tests import taped
from tests.rerecording import chunks_of
from tests.scripted import LAST_CHUNK, SSE_HEAD, ScriptedServer, http_chunk

if TYPE_CHECKING:
    import socket
    from pathlib import Path

STREAMS = 50
EVENTS = 12


def canary(name: object, number: int) -> bytes:
    """An event that can belong to one stream only."""
    return f"data: canary {name} event {number} ☃\n\n".encode()


def echo(connection: socket.socket, request: bytes) -> None:
    """Stream events that name the request's body, in pieces that interleave with those of other streams."""
    name = request.partition(b"\r\n\r\n")[2].decode()
    connection.sendall(SSE_HEAD)
    for number in range(EVENTS):
        data = canary(name, number)
        connection.sendall(http_chunk(data[:11]))
        connection.sendall(http_chunk(data[11:]))
    connection.sendall(LAST_CHUNK)


def whole(name: object) -> bytes:
    """All that a stream of `echo` says."""
    return b"".join(canary(name, number) for number in range(EVENTS))


@pytest.fixture
def repeats(tmp_path: Path) -> Path:
    """A cassette in which one request has four answers in turn."""
    path = tmp_path / "repeats.cassette.jsonl"
    harness.write_cassette(taped.cassette(*(taped.exchange(canary("turn", turn)) for turn in range(4))), path)
    return path


def test_two_sessions_of_one_server_have_each_its_own_place(repeats: Path) -> None:
    """Interleaved by header and by URL, each sees the answers from the first to the last."""
    got: dict[str, list[bytes]] = {name: [] for name in ("a", "b", "by-url")}
    with replay_server(repeats, pace="instant") as server:
        urls = dict.fromkeys(got, server.url) | {"by-url": server.session_url("c")}
        clients = {
            name: httpx.Client(headers={} if name == "by-url" else {"x-harness-session": name})
            for name in got
        }
        for name in ["a", "a", "b", "by-url", "b", "a", "by-url", "b", "b", "a", "by-url", "by-url"]:
            response = clients[name].post(urls[name] + "/v1/responses", json={"stream": True})
            got[name].append(response.content)
        late = clients["a"].post(urls["a"] + "/v1/responses", json={"stream": True})
        for client in clients.values():
            client.close()

    assert got == {key: [canary("turn", turn) for turn in range(4)] for key in got}
    assert late.status_code == 404


def test_many_sessions_at_once_have_each_its_own_place(repeats: Path) -> None:
    """Twenty clients in eight threads."""

    def play(name: int) -> list[bytes]:
        with httpx.Client(headers={"x-harness-session": f"session {name}"}) as client:
            url = server.url + "/v1/responses"
            return [client.post(url, json={"stream": True}).content for _ in range(4)]

    with replay_server(repeats, pace="instant") as server, ThreadPoolExecutor(8) as pool:
        got = list(pool.map(play, range(20)))

    assert got == [[canary("turn", turn) for turn in range(4)]] * 20


@pytest.mark.parametrize("module", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_two_tapes_in_two_tasks_never_mix(module: Any, tmp_path: Path) -> None:
    """The same request, recorded by two tapes at once and replayed by both at once."""

    async def ask(tape: harness.Tape, other: asyncio.Barrier) -> list[bytes]:
        received = []
        async with tape.async_client(module) as client:
            for _ in range(3):
                await other.wait()
                async with client.stream("POST", url + "/same", content=b"same") as response:
                    async for data in response.aiter_raw():
                        received.append(data)
                        await asyncio.sleep(0)
        return received

    async def both(mode: str) -> list[list[bytes]]:
        barrier = asyncio.Barrier(2)
        with (
            harness.cassette(tmp_path / "a.cassette.jsonl", mode=mode) as first,
            harness.cassette(tmp_path / "b.cassette.jsonl", mode=mode) as second,
        ):
            return list(await asyncio.gather(ask(first, barrier), ask(second, barrier)))

    turn = iter(range(100))
    lock = threading.Lock()

    def script(connection: socket.socket, _: bytes) -> None:
        with lock:
            number = next(turn)
        connection.sendall(SSE_HEAD + http_chunk(canary("turn", number)) + LAST_CHUNK)

    with ScriptedServer(script) as server:
        url = server.url
        live = asyncio.run(both("once"))
    replayed = asyncio.run(both("none"))

    assert replayed == live
    assert sorted(live[0] + live[1]) == sorted(canary("turn", number) for number in range(6))
    for name, received in zip("ab", live, strict=True):
        recorded = read_cassette(tmp_path / f"{name}.cassette.jsonl").exchanges
        assert [b"".join(chunks_of(exchange)) for exchange in recorded] == received


@pytest.mark.parametrize("module", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_eight_threads_record_into_one_tape(module: Any, tmp_path: Path) -> None:
    """Each exchange holds its own request and its own answer, and each thread's own come in its order."""
    path = tmp_path / "threads.cassette.jsonl"

    def ask(thread: int) -> None:
        with tape.client(module) as client:
            for number in range(10):
                name = f"{thread}.{number}"
                assert client.post(server.url, content=name).content == whole(name)

    with ScriptedServer(echo) as server, harness.cassette(path) as tape, ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(8)))

    exchanges = read_cassette(path).exchanges
    names = [exchange.request.body.decode() for exchange in exchanges]
    assert [exchange.index for exchange in exchanges] == list(range(80))
    assert [b"".join(chunks_of(exchange)) for exchange in exchanges] == [whole(name) for name in names]
    assert sorted(names) == sorted(f"{thread}.{number}" for thread in range(8) for number in range(10))
    for thread in range(8):
        own = [name for name in names if name.startswith(f"{thread}.")]
        assert own == [f"{thread}.{number}" for number in range(10)]
    starts = [exchange.at_us for exchange in exchanges]
    assert starts == sorted(starts)

    with harness.cassette(path, mode="none") as tape, ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(8)))


def test_fifty_streams_through_the_record_proxy_stay_apart(tmp_path: Path) -> None:
    """All open at once and interleaved event by event; the cassette has them in the order of the requests."""
    path = tmp_path / "proxied.cassette.jsonl"
    all_open = threading.Barrier(STREAMS)

    def script(connection: socket.socket, request: bytes) -> None:
        name = request.partition(b"\r\n\r\n")[2].decode()
        connection.sendall(SSE_HEAD)
        for number in range(EVENTS):
            all_open.wait(30)  # no stream is an event ahead of another
            connection.sendall(http_chunk(canary(name, number)))
        connection.sendall(LAST_CHUNK)

    async def ask_all(url: str) -> list[bytes]:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(limits=limits, timeout=60) as client:

            async def ask(number: int) -> bytes:
                # One after the other is sent, so that there is an order to be kept.
                await asyncio.sleep(0.01 * number)
                return (await client.post(url, content=f"stream {number}")).content

            return list(await asyncio.gather(*map(ask, range(STREAMS))))

    with ScriptedServer(script) as upstream, record_server(upstream.url, path) as proxy:
        received = asyncio.run(ask_all(proxy.url + "/v1"))
    assert not upstream.errors

    exchanges = read_cassette(path).exchanges
    names = [exchange.request.body.decode() for exchange in exchanges]
    assert received == [whole(f"stream {number}") for number in range(STREAMS)]
    assert sorted(names) == sorted(f"stream {number}" for number in range(STREAMS))
    assert [b"".join(chunks_of(exchange)) for exchange in exchanges] == [whole(name) for name in names]
    assert {exchange.ending.how for exchange in exchanges} == {How.COMPLETE}
    starts = [exchange.at_us for exchange in exchanges]
    assert starts == sorted(starts)
    assert proxy.summary().exchanges == STREAMS
