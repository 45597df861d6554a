"""A replay in the client's own process waits as the network would: as long as due, and no longer than asked."""

from __future__ import annotations

import asyncio
import importlib
import time
from typing import TYPE_CHECKING, Any

import pytest
import trio

import harness
from harness.cassettes.exchange import Cassette, Chunk, Ending, Exchange, How, Request, Response
from harness.io.files import write_cassette
from tests.reading_raw import READERS

if TYPE_CHECKING:
    from pathlib import Path

URL = "http://h.example/v1"
FAR = 60_000_000
"""Microseconds that no test waits for."""


@pytest.fixture(params=["httpx", "httpx2"])
def module(request: pytest.FixtureRequest) -> Any:
    """Each of the two modules."""
    return importlib.import_module(request.param)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the cassette of a test lies."""
    return tmp_path / "session.cassette.jsonl"


def write(path: Path, *chunks: Chunk, head_at: int = 0, ending: Ending | None = None) -> None:
    """A cassette of one stream."""
    fields = (("content-type", "text/event-stream"),)
    body = Response(200, fields, chunks, at_us=head_at)
    last = chunks[-1].at_us if chunks else 0
    exchange = Exchange(
        0, Request("POST", URL, (), b'{"stream":true}'), body, ending or Ending(How.COMPLETE, last)
    )
    write_cassette(Cassette({"tool": "t"}, [exchange]), path)


ONE, TWO = b"data: 1\n\n", b"data: 2\n\n"


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    ("recorded", "fault", "came"),
    [
        pytest.param(((0, ONE), (FAR, TWO)), "", [ONE], id="a gap"),
        pytest.param(((0, ONE), Ending(How.TIMEOUT, FAR, "ReadTimeout")), "", [ONE], id="a timeout"),
        pytest.param(((0, ONE), Ending(How.COMPLETE, FAR)), "", [ONE], id="a late end"),
        pytest.param(((0, ONE), (0, TWO)), "stall:event=1,seconds=60", [ONE], id="stall"),
        pytest.param(((0, ONE), (0, TWO)), "late_headers:seconds=60", [], id="late_headers"),
        pytest.param(((0, ONE), (0, TWO)), "slow:rate=1", [], id="slow"),
    ],
)
def test_a_client_waits_no_longer_than_its_own_limit(
    module: Any, path: Path, read: Any, recorded: tuple[Any, ...], fault: str, came: list[bytes]
) -> None:
    """What comes later than that is a ReadTimeout, as it is live, after just so long."""
    chunks = [Chunk(*item) for item in recorded if isinstance(item, tuple)]
    ending = next((item for item in recorded if isinstance(item, Ending)), None)
    write(path, *chunks, ending=ending)
    with harness.cassette(path, mode="none", pace="recorded", fault=fault or None) as tape:
        start = time.perf_counter()
        got, error = read(tape, module, URL, timeout=module.Timeout(30, read=0.1))
        took = time.perf_counter() - start

    assert got == came
    assert type(error) is module.ReadTimeout
    assert 0.1 <= took < 30


@pytest.mark.parametrize("read", READERS)
def test_a_head_is_waited_for_no_longer_than_the_limit(module: Any, path: Path, read: Any) -> None:
    """It is a read like every other."""
    write(path, Chunk(0, ONE), head_at=FAR)
    with harness.cassette(path, mode="none", pace="recorded") as tape:
        got, error = read(tape, module, URL, timeout=module.Timeout(30, read=0.1))

    assert got == []
    assert type(error) is module.ReadTimeout


@pytest.mark.parametrize("read", READERS)
def test_a_client_without_a_limit_gets_everything(module: Any, path: Path, read: Any) -> None:
    """Also one whose limit is just longer than the longest gap, though not than the whole."""
    write(path, *(Chunk(number * 60_000, ONE) for number in range(5)))
    for limit in (None, 0.2):
        with harness.cassette(path, mode="none", pace="recorded") as tape:
            start = time.perf_counter()
            got, error = read(tape, module, URL, timeout=limit)

        assert (got, error) == ([ONE] * 5, None)
        assert time.perf_counter() - start >= 0.24


@pytest.mark.parametrize("read", READERS)
def test_a_failed_connection_waits_for_the_limit_of_connecting(module: Any, path: Path, read: Any) -> None:
    """Each phase has a limit of its own."""
    request = Request("POST", URL, (), b'{"stream":true}')
    exchange = Exchange(0, request, None, Ending(How.TIMEOUT, FAR, "ConnectTimeout"))
    write_cassette(Cassette({"tool": "t"}, [exchange]), path)
    with harness.cassette(path, mode="none", pace="recorded") as tape:
        got, error = read(tape, module, URL, timeout=module.Timeout(30, connect=0.05))

    assert got == []
    assert type(error) is module.ConnectTimeout


@pytest.mark.parametrize("read", READERS)
def test_a_reader_that_left_late_makes_no_other_wait(module: Any, path: Path, read: Any) -> None:
    """The body was over with `[DONE]`; how long the recording client took to close says nothing of the server."""
    write(path, Chunk(0, b"data: [DONE]\n\n"), ending=Ending(How.CLIENT_CLOSE, FAR))
    with harness.cassette(path, mode="none", pace="recorded") as tape:
        got, error = read(tape, module, URL, timeout=60)

    assert (got, error) == ([b"data: [DONE]\n\n"], None)


def test_times_of_the_body_count_from_the_head(module: Any, path: Path) -> None:
    """A reader that comes late finds what came in the meantime."""
    write(path, Chunk(2_000_000, ONE))
    with (
        harness.cassette(path, mode="none", pace="recorded") as tape,
        tape.client(module) as client,
        client.stream("POST", URL, json={"stream": True}) as response,
    ):
        time.sleep(2.1)
        start = time.perf_counter()
        assert response.read() == ONE
        assert time.perf_counter() - start < 1.8


@pytest.mark.parametrize("streams", [1, 400], ids=["one long stream", "many short streams"])
def test_an_instant_replay_leaves_room_for_other_tasks(module: Any, path: Path, streams: int) -> None:
    """Another task runs all the time, and a cancellation strikes."""
    write(path, *([Chunk(0, ONE)] * (30_000 if streams == 1 else 1)))

    async def tick(ticks: list[float]) -> None:
        while True:
            ticks.append(time.perf_counter())
            await asyncio.sleep(0)

    async def read() -> list[float]:
        ticks: list[float] = []
        other = asyncio.create_task(tick(ticks))
        with harness.cassette(path, mode="none", match=harness.MatchPolicy(repeats="last")) as tape:
            async with tape.async_client(module) as client:
                for _ in range(streams):
                    async with client.stream("POST", URL, json={"stream": True}) as response:
                        async for _ in response.aiter_raw():
                            pass
        other.cancel()
        return ticks

    assert len(asyncio.run(read())) >= 20


def test_an_instant_replay_can_be_cancelled(module: Any, path: Path) -> None:
    """A time limit around it ends it in the middle of the stream."""
    write(path, *([Chunk(0, ONE)] * 60_000))

    async def read() -> int:
        count = 0
        with harness.cassette(path, mode="none") as tape:
            async with tape.async_client(module) as client:
                try:
                    async with (
                        asyncio.timeout(0.05),
                        client.stream("POST", URL, json={"stream": True}) as response,
                    ):
                        async for _ in response.aiter_raw():
                            count += 1
                except TimeoutError:
                    return count
        return -1

    assert 0 <= asyncio.run(read()) < 60_000


def test_a_replay_runs_under_trio(module: Any, path: Path) -> None:
    """Its waits are trio's: a scope's deadline ends them, and so does the client's own limit."""
    write(path, Chunk(0, ONE), Chunk(20_000, TWO), Chunk(FAR, ONE))

    async def read() -> None:
        async with (
            harness.cassette(path, mode="none", pace="recorded") as tape,
            tape.async_client(module, timeout=30) as client,
        ):
            got = []
            with trio.CancelScope() as scope:
                async with client.stream("POST", URL, json={"stream": True}) as response:
                    async for data in response.aiter_raw():
                        got.append(data)
                        if len(got) == 2:  # from here on, or a busy machine would miss it
                            scope.deadline = trio.current_time() + 0.1
            assert scope.cancelled_caught
            assert got == [ONE, TWO]

    async def run_out() -> None:
        async with (
            harness.cassette(path, mode="none", pace="recorded") as tape,
            tape.async_client(module, timeout=0.1) as client,
        ):
            with pytest.raises(module.ReadTimeout):
                await client.post(URL, json={"stream": True})

    trio.run(read)
    trio.run(run_out)
