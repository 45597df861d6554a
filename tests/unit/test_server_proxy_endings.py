"""The recording proxy when something ends early: the client, the upstream, the recorder, the proxy itself."""

from __future__ import annotations

import socket
import threading

import httpx
import pytest

from harness.cassettes.exchange import How, Request
from harness.io.server.proxy import RecordProxy
from harness.io.server.threaded import ServerThread
from harness.io.upstream import Upstream
from tests.overhearing import Ear, Heard, answering, proxied
from tests.scripted import LAST_CHUNK, SSE_HEAD, ScriptedServer, http_chunk, reset


def test_a_client_that_leaves_cancels_the_upstream_at_once() -> None:
    """The upstream sees the end of its connection within a second, and the recorder what came until then."""
    left = threading.Event()

    def script(connection: socket.socket, _: bytes) -> None:
        connection.sendall(SSE_HEAD + http_chunk(b"data: 1\n\n"))
        connection.settimeout(5)
        if connection.recv(1) == b"":
            left.set()

    ear = Ear()
    with ScriptedServer(script) as upstream, proxied(upstream.url, ear) as proxy:
        with httpx.stream("GET", proxy.url) as response:
            assert next(response.iter_raw()) == b"data: 1\n\n"
        assert left.wait(60)
        assert ear.exchanges[0].ended.wait(60)
    assert ear.exchanges[0].how is How.CLIENT_CLOSE
    assert ear.exchanges[0].chunks == [b"data: 1\n\n"]


def test_an_upstream_that_cuts_the_stream_cuts_the_client_at_the_same_byte() -> None:
    """The client meets what it would have met without the proxy."""
    cut = SSE_HEAD + http_chunk(b"data: 1\n\n") + b"5\r\nda"
    ear = Ear()
    with (
        answering(cut, socket.socket.close) as upstream,
        proxied(upstream.url, ear) as proxy,
        httpx.stream("GET", proxy.url) as response,
    ):
        received = []
        with pytest.raises(httpx.RemoteProtocolError):  # noqa: PT012 - the end of the loop raises
            for part in response.iter_raw():
                received.append(part)  # noqa: PERF402 - what came before the error counts
    assert b"".join(received) == b"data: 1\n\nda"
    assert b"".join(ear.exchanges[0].chunks) == b"data: 1\n\nda"
    assert type(ear.exchanges[0].error).__name__ == "RemoteProtocolError"


def test_an_upstream_that_resets_resets_the_client() -> None:
    """RST for RST, after the bytes before it."""

    def script(connection: socket.socket, _: bytes) -> None:
        connection.sendall(SSE_HEAD + http_chunk(b"data: 1\n\n"))
        assert passed.wait(60)
        reset(connection)

    passed = threading.Event()
    ear = Ear()
    with (
        ScriptedServer(script) as upstream,
        proxied(upstream.url, ear) as proxy,
        httpx.stream("GET", proxy.url) as response,
    ):
        chunks = response.iter_raw()
        assert next(chunks) == b"data: 1\n\n"
        passed.set()
        with pytest.raises(httpx.ReadError):
            next(chunks)
    assert type(ear.exchanges[0].error).__name__ == "ReadError"


def test_an_upstream_that_hangs_up_before_a_head_gives_no_answer() -> None:
    """Recorded as an exchange without a response."""
    ear = Ear()
    with (
        answering(b"", socket.socket.close) as upstream,
        proxied(upstream.url, ear) as proxy,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        httpx.get(proxy.url)
    assert ear.exchanges[0].response is None
    assert type(ear.exchanges[0].error).__name__ == "RemoteProtocolError"


def test_an_upstream_that_is_not_there_is_a_502_that_explains_itself() -> None:
    """In OpenAI's shape; recorded as an exchange without a response."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}"
    ear = Ear()
    with proxied(url, ear) as proxy:
        response = httpx.post(proxy.url, json={})
    assert response.status_code == 502
    error = response.json()["error"]
    assert error["code"] == "upstream-unreachable"
    assert url in error["message"]
    assert ear.exchanges[0].response is None
    assert type(ear.exchanges[0].error).__name__ == "ConnectError"


def test_of_an_upstream_that_is_never_there_not_every_error_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that tries again for a night does not fill the memory."""
    monkeypatch.setattr("harness.io.server.proxy._KEPT_ERRORS", 2)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        proxy = RecordProxy(Upstream(f"http://127.0.0.1:{unused.getsockname()[1]}"))
        with ServerThread(proxy, finish=proxy.aclose) as server:
            statuses = [httpx.get(server.url).status_code for _ in range(4)]
    assert statuses == [502] * 4
    assert len(proxy.unreached) == 2


def test_an_upstream_that_says_nothing_in_time_is_a_504_where_a_limit_is_set() -> None:
    """Without a limit a model may think for as long as it likes."""
    done = threading.Event()
    ear = Ear()
    with (
        answering(b"", lambda _: assert_set(done)) as upstream,
        proxied(upstream.url, ear, read_timeout=0.1) as proxy,
    ):
        response = httpx.get(proxy.url)
        done.set()
    assert response.status_code == 504
    assert type(ear.exchanges[0].error).__name__ == "ReadTimeout"


def assert_set(event: threading.Event) -> None:
    """Wait for an event that must come."""
    assert event.wait(60)


class Deaf(Ear):
    """A recorder that breaks."""

    def __init__(self, when: str) -> None:
        super().__init__()
        self._when = when

    def begin(self, request: Request) -> Heard:
        """Break here, or give a take that breaks later."""
        heard = super().begin(request)

        def broken(*_: object) -> None:
            raise OSError("no space left on device")

        if self._when == "begin":
            broken()
        setattr(heard, self._when, broken)
        return heard


@pytest.mark.parametrize("when", ["begin", "respond", "chunk", "end"])
def test_a_recorder_that_breaks_does_not_reach_the_client(when: str) -> None:
    """The answer is whole, and what went wrong is kept."""
    answer = SSE_HEAD + http_chunk(b"data: 1\n\n") + LAST_CHUNK
    proxy = None
    with answering(answer) as upstream:
        proxy = RecordProxy(Upstream(upstream.url), Deaf(when))
        with ServerThread(proxy, finish=proxy.aclose) as server:
            assert httpx.get(server.url).content == b"data: 1\n\n"
    assert [str(error) for error in proxy.failures] == ["no space left on device"]


def test_stopping_the_proxy_ends_what_it_records() -> None:
    """A stream under way is cut after the grace period, and its recording says that it was cancelled."""
    done = threading.Event()
    answer = SSE_HEAD + http_chunk(b"data: 1\n\n")
    ear = Ear()
    with answering(answer, lambda _: assert_set(done)) as upstream:
        proxy = proxied(upstream.url, ear).start()
        with httpx.stream("GET", proxy.url) as response:
            chunks = response.iter_raw()
            assert next(chunks) == b"data: 1\n\n"
            proxy.stop()
            with pytest.raises(httpx.TransportError):
                next(chunks)
        done.set()
    assert ear.exchanges[0].how is How.CANCELLED
