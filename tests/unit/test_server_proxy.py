"""The recording proxy: what the client gets, what the recorder is told, who is told first."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import httpx
import pytest

from harness.cassettes.exchange import How, header
from harness.io.server.threaded import ServerThread
from tests.overhearing import Ear, answering, proxied
from tests.scripted import LAST_CHUNK, SSE_HEAD, ScriptedServer, http_chunk

if TYPE_CHECKING:
    from harness.io.server.heads import RequestHead
    from harness.io.server.responder import Responder


MEBIBYTE = 1 << 20
FRAMING = {"content-length", "transfer-encoding"}


def test_a_stream_passes_chunk_by_chunk_and_is_recorded_as_it_came() -> None:
    """Every chunk reaches the client while the upstream waits for it to arrive, the first one at once."""
    parts = (b"data: \xc3", b"\xa9\n\n", b"data: [DONE]\n\n")
    arrived = [threading.Event() for _ in parts]

    def script(connection: socket.socket, _: bytes) -> None:
        connection.sendall(SSE_HEAD)
        for part, event in zip(parts, arrived, strict=True):
            connection.sendall(http_chunk(part))
            assert event.wait(60)
        connection.sendall(LAST_CHUNK)

    ear = Ear()
    with (
        ScriptedServer(script) as upstream,
        proxied(upstream.url, ear) as proxy,
        httpx.stream("POST", proxy.url + "/v1/chat/completions", json={"a": 1}) as response,
    ):
        assert response.status_code == 200
        chunks = response.iter_raw()
        for part, event in zip(parts, arrived, strict=True):
            assert next(chunks) == part
            event.set()
        assert list(chunks) == []
    heard = ear.exchanges[0]
    assert heard.chunks == list(parts)
    assert heard.how is How.COMPLETE
    assert heard.request.url == upstream.url + "/v1/chat/completions"
    assert heard.request.body == b'{"a":1}'
    assert heard.response is not None
    assert heard.response.reason == "OK"
    assert header(heard.response.headers, "transfer-encoding") == "chunked"
    assert upstream.errors == []


def test_a_request_goes_out_as_it_came_but_for_host_and_encoding() -> None:
    """Order, repeats and case of the fields, method, path and query; `identity` is asked for."""
    got: list[bytes] = []

    def script(connection: socket.socket, request: bytes) -> None:
        got.append(request)
        connection.sendall(b"HTTP/1.1 204 Fine\r\n\r\n")

    with (
        ScriptedServer(script) as upstream,
        proxied(upstream.url + "/base/", Ear()) as proxy,
        socket.create_connection(("127.0.0.1", proxy.port), timeout=60) as sock,
    ):
        sock.sendall(
            b"PURGE /a%2Fb/;c?x=%20y&key=1 HTTP/1.1\r\nHost: me\r\nX-B: 1\r\nx-a: \xe9\r\nX-B: 2\r\n"
            b"Accept-Encoding: gzip\r\nConnection: X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\nContent-Length: 2\r\n\r\nhi"
        )
        assert sock.recv(1_000) == b"HTTP/1.1 204 Fine\r\n\r\n"
    host = upstream.url.removeprefix("http://").encode()
    assert got == [
        b"PURGE /base/a%2Fb/;c?x=%20y&key=1 HTTP/1.1\r\nHost: "
        + host
        + b"\r\nX-B: 1\r\nx-a: \xe9\r\nX-B: 2\r\n"
        b"Content-Length: 2\r\naccept-encoding: identity\r\n\r\nhi"
    ]


def test_the_clients_encoding_is_asked_for_where_it_should_be_and_nothing_is_decompressed() -> None:
    """With `raw_encoding` the compressed bytes pass."""
    body = b"\x1f\x8b not really gzip"
    fields = b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    ear = Ear()
    with (
        answering(b"HTTP/1.1 200 OK\r\n" + fields + body) as upstream,
        proxied(upstream.url, ear, raw_encoding=True) as proxy,
        httpx.stream("GET", proxy.url, headers={"accept-encoding": "gzip"}) as response,
    ):
        assert b"".join(response.iter_raw()) == body
        assert response.headers["content-length"] == str(len(body))
    assert header(ear.exchanges[0].request.headers, "accept-encoding") == "gzip"
    assert ear.exchanges[0].chunks == [body]


def test_a_length_beside_chunks_cuts_nothing_off() -> None:
    """Chunks outrank `Content-Length` (RFC 9112, section 6.3); what is recorded keeps both fields."""

    def script(connection: socket.socket, _: bytes) -> None:
        head = SSE_HEAD.replace(b"Transfer-Encoding", b"Content-Length: 5\r\nTransfer-Encoding")
        connection.sendall(head + http_chunk(b"data: 1\n\n") + http_chunk(b"data: [DONE]") + LAST_CHUNK)

    ear = Ear()
    with ScriptedServer(script) as upstream, proxied(upstream.url, ear) as proxy:
        answer = httpx.post(proxy.url + "/v1/chat/completions", json={"a": 1})
    assert answer.content == b"data: 1\n\ndata: [DONE]"
    assert "content-length" not in answer.headers
    heard = ear.exchanges[0]
    assert heard.how is How.COMPLETE
    assert heard.response is not None
    assert header(heard.response.headers, "content-length") == "5"
    assert header(heard.response.headers, "transfer-encoding") == "chunked"


def test_a_request_with_a_length_beside_its_chunks_goes_on_whole_and_unambiguous() -> None:
    """The upstream is told one framing, and gets the body that the chunks gave."""
    got: list[bytes] = []

    def handle(head: RequestHead, body: bytes, responder: Responder) -> None:
        framing = [name.lower() for name, _ in head.headers if name.lower() in FRAMING]
        got.append(body + b" " + ",".join(framing).encode())
        responder.answer(200, "", (("content-length", "2"),), b"ok")

    with (
        ServerThread(handle) as upstream,
        proxied(upstream.url, Ear()) as proxy,
        socket.create_connection(("127.0.0.1", proxy.port), timeout=60) as sock,
    ):
        sock.sendall(
            b"POST /a HTTP/1.1\r\nHost: me\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"6\r\nabcdef\r\n0\r\n\r\n"
        )
        assert sock.recv(1_000).startswith(b"HTTP/1.1 200 OK\r\n")
    assert len(got) == 1
    assert got[0] in {b"abcdef transfer-encoding", b"abcdef content-length"}


def test_a_base_path_may_be_used_or_left_out_by_the_client() -> None:
    """Both mean the same resource."""
    paths: list[bytes] = []

    def script(connection: socket.socket, request: bytes) -> None:
        paths.append(request.split(b" ")[1])
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with ScriptedServer(script) as upstream, proxied(upstream.url + "/v1", None) as proxy:
        for path in ("/v1/models", "/models", "/v1", "/v1?x", "/v10/models"):
            assert httpx.get(proxy.url + path).status_code == 200
    assert paths == [b"/v1/models", b"/v1/models", b"/v1", b"/v1?x", b"/v1/v10/models"]


def test_a_large_request_streams_through() -> None:
    """20 MB, with a length or in chunks, arrive whole, and are recorded whole."""
    body = bytes(range(256)) * (20 * MEBIBYTE // 256)
    got: list[bytes] = []

    def take(_: object, body: bytes, responder: object) -> None:
        got.append(body)
        responder.answer(200, "", (("content-length", "0"),), b"")  # type: ignore[attr-defined]

    ear = Ear()
    with ServerThread(take) as upstream, proxied(upstream.url, ear) as proxy:
        assert httpx.post(proxy.url, content=body, timeout=60).status_code == 200
        pieces = (body[start : start + MEBIBYTE] for start in range(0, len(body), MEBIBYTE))
        assert httpx.post(proxy.url, content=pieces, timeout=60).status_code == 200
    assert got == [body, body]
    assert [heard.request.body for heard in ear.exchanges] == [body, body]


def test_head_is_passed_on() -> None:
    """The fields of an answer without a body."""
    with (
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n") as upstream,
        proxied(upstream.url, Ear()) as proxy,
    ):
        response = httpx.head(proxy.url)
    assert response.headers["content-length"] == "12"
    assert response.content == b""


def test_an_upstream_that_answers_html_is_passed_through_untouched() -> None:
    """An error page of some proxy on the way is evidence, too."""
    page = b"<html><body>502 Bad Gateway</body></html>"
    head = b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(page)
    ear = Ear()
    with answering(head + page) as upstream, proxied(upstream.url, ear) as proxy:
        response = httpx.get(proxy.url)
    assert (response.status_code, response.content) == (502, page)
    assert response.headers["content-type"] == "text/html"
    assert ear.exchanges[0].chunks == [page]


def test_a_client_that_takes_it_for_a_forward_proxy_is_told_what_it_is() -> None:
    """CONNECT cannot be recorded: the bytes behind it would be encrypted."""
    with (
        proxied("http://127.0.0.1:9", None) as proxy,
        pytest.raises(httpx.ProxyError, match="501"),
        httpx.Client(proxy=proxy.url) as client,
    ):
        client.get("https://model.example/")


def test_redirects_are_not_followed() -> None:
    """They are the client's to follow."""
    answer = b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n"
    with answering(answer) as upstream, proxied(upstream.url, Ear()) as proxy:
        response = httpx.get(proxy.url)
    assert response.status_code == 307
    assert response.headers["location"] == "http://192.0.2.1/"


def test_a_slow_client_slows_the_upstream_down() -> None:
    """What the client does not read is not read from the upstream, once the buffers between are full."""
    sent = 0
    stuck = threading.Event()

    def script(connection: socket.socket, _: bytes) -> None:
        nonlocal sent
        connection.sendall(SSE_HEAD)
        connection.settimeout(0.3)
        part = http_chunk(b"z" * 65_536)
        try:
            for _number in range(2_000):
                connection.sendall(part)
                sent += 1
        except TimeoutError:
            stuck.set()

    with (
        ScriptedServer(script) as upstream,
        proxied(upstream.url, None) as proxy,
        httpx.stream("GET", proxy.url) as response,
    ):
        chunks = response.iter_raw()
        next(chunks)
        assert stuck.wait(60)
    assert sent < 1_000


def test_concurrent_streams_do_not_mix() -> None:
    """Each client gets its own body, each recording has its own chunks."""

    def script(connection: socket.socket, request: bytes) -> None:
        body = request.rpartition(b"\r\n\r\n")[2]
        connection.sendall(SSE_HEAD + b"".join(http_chunk(body) for _ in range(20)) + LAST_CHUNK)

    ear = Ear()
    with ScriptedServer(script) as upstream, proxied(upstream.url, ear) as proxy:
        answers: dict[int, bytes] = {}

        def ask(number: int) -> None:
            answers[number] = httpx.post(proxy.url, content=b"%d," % number).content

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == {number: b"%d," % number * 20 for number in range(20)}
    recorded = {heard.request.body: b"".join(heard.chunks) for heard in ear.exchanges}
    assert recorded == {b"%d," % number: answer for number, answer in answers.items()}
