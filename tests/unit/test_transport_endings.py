"""How streams end under a tape: recorded as the client met it, replayed the same."""

from __future__ import annotations

import asyncio
import importlib
import threading
from typing import TYPE_CHECKING, Any

import pytest

import harness
from harness.cassettes.exchange import How
from harness.io.files import read_cassette
from tests.reading_raw import READERS
from tests.scripted import SSE_HEAD, ScriptedServer, http_chunk, reset

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


def cut(connection: socket.socket, _: bytes) -> None:
    """Two chunks, then the connection is closed."""
    connection.sendall(SSE_HEAD + http_chunk(b"data: one\n\n"))
    connection.sendall(http_chunk(b"data: tw"))
    connection.close()


def broken(connection: socket.socket, _: bytes) -> None:
    """One chunk, then a reset, which the client sees after it has read the chunk."""
    connection.sendall(SSE_HEAD + http_chunk(b"data: one\n\n"))
    connection.recv(1)
    reset(connection)


def silent(connection: socket.socket, _: bytes) -> None:
    """One chunk, then nothing until the client goes."""
    connection.sendall(SSE_HEAD + http_chunk(b"data: one\n\n"))
    connection.recv(1)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    ("script", "how", "exception"),
    [(cut, How.SERVER_CUT, "RemoteProtocolError"), (silent, How.TIMEOUT, "ReadTimeout")],
)
def test_a_replay_breaks_off_where_and_as_the_recording_did(
    module: Any, path: Path, read: Any, script: Any, how: How, exception: str
) -> None:
    """The same exception class at the same byte."""
    with ScriptedServer(script) as server, harness.cassette(path) as tape:
        live, error = read(tape, module, server.url, timeout=1.5 if how is How.TIMEOUT else 60)
        url = server.url
    with harness.cassette(path, mode="none") as tape:
        replayed, replay_error = read(tape, module, url)

    assert type(error).__name__ == exception
    assert type(replay_error).__name__ == exception
    assert b"".join(replayed) == b"".join(live)
    ending = read_cassette(path).exchanges[0].ending
    assert (ending.how, ending.exception) == (how, exception)


def test_a_reset_is_told_from_a_cut(module: Any, path: Path) -> None:
    """An RST in the middle is recorded as reset and replayed as ReadError."""
    got_one = threading.Event()

    def script(connection: socket.socket, _: bytes) -> None:
        connection.sendall(SSE_HEAD + http_chunk(b"data: one\n\n"))
        assert got_one.wait(60)
        reset(connection)

    def read(tape: harness.Tape, url: str) -> None:
        with tape.client(module) as client, client.stream("POST", url) as response:
            chunks = response.iter_raw()
            assert next(chunks) == b"data: one\n\n"
            got_one.set()
            next(chunks)

    with ScriptedServer(script) as server, harness.cassette(path) as tape, pytest.raises(module.ReadError):
        read(tape, server.url)
    with harness.cassette(path, mode="none") as tape, pytest.raises(module.ReadError):
        read(tape, server.url)

    assert read_cassette(path).exchanges[0].ending.how is How.RESET


def test_a_client_that_leaves_early_is_recorded_as_such(module: Any, path: Path) -> None:
    """What came until then is kept; nothing is waited for."""
    with (
        ScriptedServer(silent) as server,
        harness.cassette(path) as tape,
        tape.client(module) as client,
        client.stream("POST", server.url) as response,
    ):
        assert next(response.iter_raw()) == b"data: one\n\n"

    exchange = read_cassette(path).exchanges[0]
    assert exchange.ending.how is How.CLIENT_CLOSE
    assert exchange.response is not None
    assert exchange.response.body() == b"data: one\n\n"


def test_a_reader_that_goes_past_where_the_recorded_client_left_meets_an_error(
    module: Any, path: Path
) -> None:
    """What would have come is unknown, so the stream must not seem to be whole."""
    with (
        ScriptedServer(silent) as server,
        harness.cassette(path) as tape,
        tape.client(module) as client,
        client.stream("POST", server.url) as response,
    ):
        next(response.iter_raw())
    with (
        harness.cassette(path, mode="none") as tape,
        tape.client(module) as client,
        client.stream("POST", server.url) as response,
    ):
        chunks = response.iter_raw()
        assert next(chunks) == b"data: one\n\n"
        with pytest.raises(module.RemoteProtocolError, match="recording ends here"):
            next(chunks)


def test_a_client_that_leaves_after_done_leaves_a_whole_stream(module: Any, path: Path) -> None:
    """The OpenAI SDK closes there without reading on; another client must be able to read to the end."""

    def script(connection: socket.socket, _: bytes) -> None:
        connection.sendall(SSE_HEAD + http_chunk(b"data: [DONE]\n\n"))
        connection.recv(1)

    with (
        ScriptedServer(script) as server,
        harness.cassette(path) as tape,
        tape.client(module) as client,
        client.stream("POST", server.url) as response,
    ):
        next(response.iter_raw())
    with harness.cassette(path, mode="none") as tape, tape.client(module) as client:
        assert client.post(server.url).content == b"data: [DONE]\n\n"

    assert read_cassette(path).exchanges[0].ending.how is How.CLIENT_CLOSE


def test_a_cancelled_task_is_recorded_as_cancelled(module: Any, path: Path) -> None:
    """asyncio.timeout in the middle of a stream leaves what had come."""

    async def read(tape: harness.Tape, url: str) -> None:
        async with (
            tape.async_client(module, timeout=None) as client,
            asyncio.timeout(0.3),
            client.stream("POST", url) as response,
        ):
            async for _ in response.aiter_raw():
                pass

    with ScriptedServer(silent) as server, harness.cassette(path) as tape, pytest.raises(TimeoutError):
        asyncio.run(read(tape, server.url))

    exchange = read_cassette(path).exchanges[0]
    assert exchange.ending.how is How.CANCELLED
    assert exchange.response is not None
    assert exchange.response.body() == b"data: one\n\n"


def test_a_refused_connection_is_an_exchange_without_a_response(module: Any, path: Path) -> None:
    """It is recorded, and replayed as the same exception, which says that it comes from a recording."""
    with ScriptedServer(silent) as server:
        url = server.url
    with harness.cassette(path) as tape, tape.client(module) as client, pytest.raises(module.ConnectError):
        client.post(url)
    with (
        harness.cassette(path, mode="none") as tape,
        tape.client(module) as client,
        pytest.raises(module.ConnectError) as caught,
    ):
        client.post(url)

    assert "replayed by harness" in caught.value.__notes__[0]
    assert read_cassette(path).exchanges[0].response is None


def whole(connection: socket.socket, _: bytes) -> None:
    """A stream that comes to its end."""
    connection.sendall(SSE_HEAD + http_chunk(b"data: one\n\ndata: [DONE]\n\n") + b"0\r\n\r\n")


@pytest.mark.parametrize("fault", ["reset", "cut:event=1", "hangup"])
def test_an_ending_that_a_fault_makes_is_told_as_the_faults(module: Any, path: Path, fault: str) -> None:
    """Recording it anew, as the note on a recorded ending says, would change nothing."""
    with (
        ScriptedServer(whole) as server,
        harness.cassette(path) as tape,
        tape.client(module) as client,
    ):
        url = server.url
        client.post(url)

    with (
        harness.cassette(path, mode="none", fault=fault) as tape,
        tape.client(module) as client,
        pytest.raises(module.TransportError) as caught,
    ):
        client.post(url)

    assert caught.value.__notes__ == [
        f"replayed by harness: the fault {fault} makes this ending, which was not recorded"
    ]
