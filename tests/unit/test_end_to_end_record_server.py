"""The record proxy as the Python API gives it: what clients meet, and what lies in the cassette afterwards."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from harness.cassettes.exchange import How
from harness.errors import FileAccessError, UsageError
from harness.io.files import read_cassette
from harness.jobs.record import record_server
from tests.rerecording import chunks_of
from tests.scripted import LAST_CHUNK, SSE_HEAD, ScriptedServer, http_chunk, reset

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from harness.cassettes.exchange import Exchange

FIRST = b'data: {"text":"first"}\n\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the cassette of a test lies."""
    return tmp_path / "session.cassette.jsonl"


def recorded(path: Path) -> Sequence[Exchange]:
    """What lies in the cassette."""
    exchanges: Sequence[Exchange] = read_cassette(path).exchanges
    return exchanges


def plain(body: bytes, *fields: str) -> Callable[[socket.socket, bytes], None]:
    """A script that answers with a body and its length."""
    head = "\r\n".join(["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *fields, "", ""])

    def script(connection: socket.socket, request: bytes) -> None:
        connection.sendall(head.encode() + (b"" if request.startswith(b"HEAD") else body))

    return script


def test_a_client_that_leaves_is_noticed_upstream_within_a_second(path: Path) -> None:
    """The upstream's connection is closed, what had come is kept, and the ending says who left."""
    closed_after: list[float] = []
    left = threading.Event()

    def script(connection: socket.socket, _: bytes) -> None:
        connection.sendall(SSE_HEAD + http_chunk(FIRST))
        assert left.wait(60)
        start = time.monotonic()
        connection.settimeout(10)
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(1) == b""
        closed_after.append(time.monotonic() - start)
        connection.close()

    with ScriptedServer(script) as upstream:
        with record_server(upstream.url, path) as proxy:
            with httpx.stream("POST", proxy.url + "/v1/chat/completions") as response:
                assert next(response.iter_raw()) == FIRST
            left.set()
            deadline = time.monotonic() + 60
            while not closed_after and time.monotonic() < deadline:
                time.sleep(0.01)
        assert not upstream.errors

    assert closed_after
    assert closed_after[0] < 5
    (exchange,) = recorded(path)
    assert exchange.ending.how is How.CLIENT_CLOSE
    assert chunks_of(exchange) == [FIRST]


def cut(connection: socket.socket, _: bytes) -> None:
    """One event and a half, then the connection is closed."""
    connection.sendall(SSE_HEAD + http_chunk(FIRST) + http_chunk(b"data: ha"))
    connection.close()


def hang_up(connection: socket.socket, _: bytes) -> None:
    """Nothing at all."""
    connection.close()


def read(url: str) -> tuple[bytes, Exception | None]:
    """All bytes that a client gets, and what ended them."""
    body = b""
    try:
        with httpx.stream("POST", url, content=b"{}") as response:
            for data in response.iter_raw():
                body += data
    except httpx.TransportError as error:
        return body, error
    return body, None


@pytest.mark.parametrize(("script", "expected"), [(cut, FIRST + b"data: ha"), (hang_up, b"")])
def test_a_cut_upstream_is_a_cut_for_the_client(script: Any, expected: bytes, path: Path) -> None:
    """At the same byte, and before a head where there was none."""
    with ScriptedServer(script) as upstream, record_server(upstream.url, path) as proxy:
        body, error = read(proxy.url + "/v1")

    assert body == expected
    assert isinstance(error, httpx.RemoteProtocolError)
    (exchange,) = recorded(path)
    assert b"".join(chunks_of(exchange)) == expected
    assert (exchange.response is None) == (not expected)
    assert (exchange.ending.how, exchange.ending.exception) == (How.SERVER_CUT, "RemoteProtocolError")


def test_a_reset_upstream_is_a_reset_for_the_client(path: Path) -> None:
    """ECONNRESET, after every byte that had come."""
    seen = threading.Event()

    def script(connection: socket.socket, _: bytes) -> None:
        connection.sendall(SSE_HEAD + http_chunk(FIRST))
        assert seen.wait(60)
        reset(connection)

    with (
        ScriptedServer(script) as upstream,
        record_server(upstream.url, path) as proxy,
        httpx.stream("POST", proxy.url + "/v1") as response,
    ):
        chunks = response.iter_raw()
        assert next(chunks) == FIRST
        seen.set()
        with pytest.raises(httpx.ReadError):
            next(chunks)

    (exchange,) = recorded(path)
    assert exchange.ending.how is How.RESET
    assert chunks_of(exchange) == [FIRST]


def test_an_upstream_that_is_not_there_is_explained_and_recorded(path: Path) -> None:
    """502 with an error that names the upstream; the server goes on, and the cassette has the attempt."""
    with ScriptedServer(hang_up) as gone:
        url = gone.url
    with record_server(url + "/v1", path) as proxy:
        responses = [httpx.post(proxy.base_url + "/chat/completions", content=b"{}") for _ in range(2)]

    for response in responses:
        assert response.status_code == 502
        assert url in response.json()["error"]["message"]
    assert len(proxy.summary().unreached) == 2
    first, second = recorded(path)
    assert first.response is None
    assert second.ending.exception == "ConnectError"


def test_an_upstream_that_answers_html_is_passed_on_as_it_is(path: Path) -> None:
    """It is no business of a recorder to know better."""
    page = b"<html><body>502 Bad Gateway &uuml;</body></html>"
    with (
        ScriptedServer(plain(page, "Content-Type: text/html; charset=iso-8859-1")) as upstream,
        record_server(upstream.url, path) as proxy,
    ):
        response = httpx.post(proxy.url + "/v1/chat/completions")

    assert response.content == page
    (exchange,) = recorded(path)
    assert b"".join(chunks_of(exchange)) == page
    assert exchange.response is not None
    assert ("Content-Type", "text/html; charset=iso-8859-1") in exchange.response.headers


def test_head_and_other_methods_pass_over_one_connection(path: Path) -> None:
    """HEAD has a length and no body; the connections on both sides stay open."""
    upstream_connections = set()

    def script(connection: socket.socket, request: bytes) -> None:
        upstream_connections.add(id(connection))
        plain(b'{"data":[]}', "Content-Type: application/json")(connection, request)

    with (
        ScriptedServer(script) as upstream,
        record_server(upstream.url, path) as proxy,
        httpx.Client() as client,
    ):
        head = client.head(proxy.url + "/v1/models")
        answers = [
            client.request(method, proxy.url + "/v1/models?limit=2")
            for method in ("GET", "POST", "DELETE", "OPTIONS", "PATCH", "PUT")
        ]
        streams = {id(answer.extensions["network_stream"]) for answer in answers}

    assert (head.headers["content-length"], head.content) == ("11", b"")
    assert {answer.content for answer in answers} == {b'{"data":[]}'}
    assert len(streams) == 1
    assert len(upstream_connections) == 1
    exchanges = recorded(path)
    assert [exchange.request.method for exchange in exchanges] == [
        "HEAD", "GET", "POST", "DELETE", "OPTIONS", "PATCH", "PUT",
    ]  # fmt: skip
    assert chunks_of(exchanges[0]) == []
    assert all(exchange.ending.how is How.COMPLETE for exchange in exchanges)
    assert exchanges[1].request.url == upstream.url + "/v1/models?limit=2"


def test_a_request_of_20_mb_comes_whole_and_is_recorded_whole(path: Path) -> None:
    """Images and audio make requests as large as that."""
    body = b'{"input":"' + b"0123456789abcdef " * 1_250_000 + b'"}'

    def script(connection: socket.socket, request: bytes) -> None:
        plain(b"%d" % len(request.partition(b"\r\n\r\n")[2]))(connection, request)

    with ScriptedServer(script) as upstream, record_server(upstream.url, path) as proxy:
        response = httpx.post(proxy.url + "/v1/embeddings", content=body, timeout=60)

    assert int(response.content) == len(body)
    (exchange,) = recorded(path)
    assert exchange.request.body == body


def numbered() -> Callable[[socket.socket, bytes], None]:
    """A script that counts its answers."""
    count = iter(range(1, 1000))

    def script(connection: socket.socket, _: bytes) -> None:
        connection.sendall(SSE_HEAD + http_chunk(b"answer %d" % next(count)) + LAST_CHUNK)

    return script


def test_append_adds_and_overwrite_replaces_and_neither_is_a_refusal(path: Path) -> None:
    """A cassette is never lost by starting a recorder; overwritten only when the new one is sealed."""
    with ScriptedServer(numbered()) as upstream:
        for append in (False, True):
            with record_server(upstream.url, path, append=append) as proxy:
                httpx.post(proxy.url + "/v1", content=b"x")
        assert [b"".join(chunks_of(exchange)) for exchange in recorded(path)] == [b"answer 1", b"answer 2"]
        assert [exchange.index for exchange in recorded(path)] == [0, 1]

        with pytest.raises(FileAccessError, match="append"):
            record_server(upstream.url, path)
        before = path.read_bytes()
        with record_server(upstream.url, path, overwrite=True) as proxy:
            httpx.post(proxy.url + "/v1", content=b"x")
            assert path.read_bytes() == before
        assert [b"".join(chunks_of(exchange)) for exchange in recorded(path)] == [b"answer 3"]
        before = path.read_bytes()
        with record_server(upstream.url, path, overwrite=True):
            pass
        assert path.read_bytes() == before, "a session without a request replaced a recording"


def test_the_summary_is_there_when_the_server_has_stopped(path: Path) -> None:
    """Not before; stopping twice is harmless; a session without requests leaves no file."""
    server = record_server("http://127.0.0.1:9/v1", path).start()
    with pytest.raises(UsageError, match="under way"):
        server.summary()
    server.stop()
    server.stop()

    assert (server.summary().path, server.summary().exchanges) == (None, 0)
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("upstream_path", ["/v1", "/v1/", "/api/openai/v1", ""])
def test_a_base_path_reaches_the_upstream_once_wherever_the_client_has_it(
    upstream_path: str, path: Path
) -> None:
    """A client of `base_url` and one of `url` meet the same path, and the recorded URL is the upstream's."""
    asked: list[bytes] = []

    def script(connection: socket.socket, request: bytes) -> None:
        asked.append(request.split(b" ")[1])
        plain(b"{}")(connection, request)

    base = upstream_path.rstrip("/")
    with (
        ScriptedServer(script) as upstream,
        record_server(upstream.url + upstream_path, path) as proxy,
        httpx.Client() as client,
    ):
        assert proxy.base_url == proxy.url + (base or "/v1")
        for url in (proxy.base_url, proxy.url):
            client.post(url + "/chat/completions?a=1")

    bare = "/v1/chat/completions?a=1" if not base else f"{base}/chat/completions?a=1"
    assert asked == [bare.encode(), (f"{base}/chat/completions?a=1").encode()]
    assert [exchange.request.url for exchange in recorded(path)] == [
        upstream.url + path.decode() for path in asked
    ]
    assert dict(recorded(path)[0].request.headers)["Host"] == upstream.url.removeprefix("http://")


def test_the_environment_of_a_child_process_points_at_the_server(path: Path) -> None:
    """Each SDK's variable has the path that this SDK expects in it."""
    with record_server("https://api.example/v1", path) as proxy:
        environment = proxy.environment
        assert environment["OPENAI_BASE_URL"] == proxy.base_url
        assert environment["OPENAI_API_BASE"] == proxy.base_url
        assert environment["ANTHROPIC_BASE_URL"] == proxy.url
