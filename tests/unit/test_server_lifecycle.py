"""Starting and stopping: ports, grace, threads, loops."""

from __future__ import annotations

import asyncio
import gc
import socket
import sys
import threading
import warnings
from typing import TYPE_CHECKING

import httpx
import pytest

from harness.errors import PortInUse, TargetError, UsageError
from harness.io.server.lifecycle import Server
from harness.io.server.threaded import ServerThread, new_loop

if TYPE_CHECKING:
    from harness.io.server.heads import RequestHead
    from harness.io.server.responder import Responder


class Holding:
    """A handler that begins a stream and leaves its end to the test."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.left = threading.Event()
        self.responder: Responder | None = None

    def __call__(self, _: RequestHead, __: bytes, responder: Responder) -> None:
        """Begin."""
        self.responder = responder
        responder.on_disconnect = self.left.set
        responder.start(200, "", (("content-type", "text/event-stream"),))
        responder.write(b"data: 1\n\n")
        self.begun.set()

    def finish(self) -> None:
        """End the stream."""
        assert self.responder is not None
        self.responder.write(b"data: 2\n\n")
        self.responder.finish()


def test_a_port_in_use_is_one_clear_error() -> None:
    """It names the address and says what to do; nothing is left running."""
    before = threading.active_count()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse) as raised, ServerThread(Holding(), port=port):
            pass
    assert raised.value.where == f"127.0.0.1:{port}"
    assert "port 0" in str(raised.value)
    assert raised.value.exit_code == 3
    assert threading.active_count() == before


def test_an_address_that_is_not_this_machines_is_one_clear_error() -> None:
    """192.0.2.1 is reserved for documentation (RFC 5737)."""
    with pytest.raises(TargetError) as raised, ServerThread(Holding(), host="192.0.2.1"):
        pass
    assert "192.0.2.1" in str(raised.value)
    assert raised.value.hint == "use an address of this machine, such as 127.0.0.1"


def test_a_host_that_nobody_knows_is_one_clear_error() -> None:
    """`.invalid` never resolves (RFC 2606)."""
    with pytest.raises(TargetError) as raised, ServerThread(Holding(), host="nowhere.invalid"):
        pass
    assert "nowhere.invalid" in str(raised.value)


def test_the_port_is_free_again_after_it_stopped() -> None:
    """Stopping and starting on the same port works at once."""
    with ServerThread(Holding()) as first:
        port = first.port
    with ServerThread(Holding(), port=port) as second:
        assert second.url == f"http://127.0.0.1:{port}"


def test_ipv6_is_written_in_brackets() -> None:
    """As RFC 3986, section 3.2.2 asks."""
    assert Server(Holding(), "::1", 8_000).url == "http://[::1]:8000"
    with pytest.raises(TargetError) as raised, ServerThread(Holding(), host="2001:db8::1", port=8_000):
        pass
    assert raised.value.where == "[2001:db8::1]:8000"


def test_stopping_lets_a_stream_end() -> None:
    """New connections are refused while the stream under way comes to its end."""
    holding = Holding()
    server = ServerThread(holding, grace=10).start()
    stopper = threading.Thread(target=server.stop)
    with httpx.stream("GET", server.url) as response:
        parts = response.iter_raw()
        assert next(parts) == b"data: 1\n\n"
        stopper.start()
        while not server.call(lambda: server.server.stopping):
            pass
        with pytest.raises(httpx.ConnectError):
            httpx.get(server.url)
        server.call(holding.finish)
        assert b"".join(parts) == b"data: 2\n\n"
    stopper.join(60)
    assert not stopper.is_alive()
    assert not holding.left.is_set()


def test_stopping_cuts_what_does_not_end_in_time() -> None:
    """The client meets a broken stream, the handler is told."""
    holding = Holding()
    server = ServerThread(holding, grace=0).start()
    with httpx.stream("GET", server.url) as response:
        parts = response.iter_raw()
        assert next(parts) == b"data: 1\n\n"
        server.stop()
        assert holding.left.is_set()
        with pytest.raises(httpx.TransportError):
            next(parts)


def test_stopping_closes_idle_connections_and_waits_for_nothing() -> None:
    """A client that keeps its connection open does not hold the server up."""
    server = ServerThread(Holding(), grace=60).start()
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as sock:
        assert server.call(lambda: True)
        server.stop()
        assert sock.recv(1) == b""
    server.stop()


def test_a_server_lives_on_the_loop_of_its_caller() -> None:
    """`async with` in a program that has a loop."""

    async def visit() -> str:
        def greet(_: RequestHead, __: bytes, responder: Responder) -> None:
            responder.answer(200, "", (("content-length", "2"),), b"hi")

        async with Server(greet) as server, httpx.AsyncClient() as client:
            return (await client.get(server.url)).text

    assert asyncio.run(visit()) == "hi"


def test_what_a_handler_holds_is_closed_on_its_loop_after_the_server_stopped() -> None:
    """`finish` runs once nothing is served any more, on the server's thread."""
    names: list[str] = []

    async def finish() -> None:
        names.append(threading.current_thread().name)

    with ServerThread(Holding(), finish=finish):
        assert names == []
    assert names == ["harness-server"]


def test_uvloop_is_used_where_it_is_installed_and_asked_for_politely(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is there is taken, and whoever insists is told what to install."""
    monkeypatch.setitem(sys.modules, "uvloop", None)
    new_loop("auto").close()
    new_loop(uvloop=False).close()
    with pytest.raises(UsageError, match="uvloop"):
        new_loop(uvloop=True)


def test_a_call_after_the_end_still_reads_the_handler() -> None:
    """Reports are asked for when all is over."""
    with ServerThread(Holding()) as server:
        assert server.call(lambda: 1) == 1
    assert server.call(lambda: 2) == 2


@pytest.mark.parametrize("uvloop", [True, False])
def test_a_connection_that_comes_as_the_server_stops_is_closed_and_does_not_hold_it_up(
    *, uvloop: bool
) -> None:
    """Accepted and not known yet is a state that a crowd at a stopping server meets every time."""
    if uvloop:
        pytest.importorskip("uvloop")
    for _ in range(10):
        server = ServerThread(lambda _head, _body, _responder: None, uvloop=uvloop, grace=0.0).start()
        crowd = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(10)]
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            server.stop()
            del server
            gc.collect()
        assert [str(one.message) for one in told if one.category is ResourceWarning] == []
        for one in crowd:
            one.close()
