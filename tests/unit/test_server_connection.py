"""One connection: how requests are read, and that answers are written exactly as they are told."""

from __future__ import annotations

import json
import socket
import threading
from typing import TYPE_CHECKING

import httpx
import pytest

from harness.io.server.threaded import ServerThread
from tests.answering import MEBIBYTE, SSE, Answers
from tests.rawhttp import connect, drain, get, talk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.io.server.handlers import Receiver
    from harness.io.server.heads import RequestHead
    from harness.io.server.responder import Responder


@pytest.fixture
def answers() -> Answers:
    """The handler of the server that the test talks to."""
    return Answers()


@pytest.fixture(params=["asyncio", "uvloop"])
def server(request: pytest.FixtureRequest, answers: Answers) -> Iterator[ServerThread]:
    """A server on each kind of loop."""
    if request.param == "uvloop":
        pytest.importorskip("uvloop")
    with ServerThread(answers, uvloop=request.param == "uvloop", max_body=32 * MEBIBYTE, grace=0.2) as thread:
        yield thread


def test_each_write_is_one_http_chunk_even_in_the_middle_of_a_character(server: ServerThread) -> None:
    """The wire is the status line as given, the fields as given, and one chunk for each write."""
    assert talk(server, get("/stream")) == (
        b"HTTP/1.1 200 Fine\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"
        b"connection: close\r\n\r\n"
        b"7\r\ndata: \xc3\r\n2\r\n\xa9\n\r\n1\r\n\n\r\n12c\r\n" + b"x" * 300 + b"\r\n0\r\nx-sum: 1\r\n\r\n"
    )


def test_many_requests_go_over_one_connection(server: ServerThread) -> None:
    """Keep-alive: the same socket answers again."""
    with connect(server) as sock:
        for number in range(3):
            body = b"n%d" % number
            sock.sendall(b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n" + body)
            assert sock.recv(1_000).endswith(b"\r\n\r\n" + body)


def test_pipelined_requests_are_answered_in_order(server: ServerThread) -> None:
    """Requests that come in one read, bodies and all, are answered one after another."""
    sent = b"".join(
        b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n%d" % number for number in range(9)
    )
    received = talk(server, sent + get("/stream"))
    bodies = [part.rpartition(b"\r\n\r\n")[2] for part in received.split(b"HTTP/1.1 200 ")[1:10]]
    assert bodies == [b"%d" % number for number in range(9)]
    assert received.endswith(b"0\r\nx-sum: 1\r\n\r\n")


def test_a_head_that_comes_byte_by_byte_is_read(server: ServerThread) -> None:
    """Where the client's packets end does not matter; empty lines before a request are ignored."""
    with connect(server) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in b"\r\n\r\n" + get("/echo"):
            sock.sendall(bytes([byte]))
        assert drain(sock).startswith(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n")


def test_a_head_with_bare_line_feeds_is_read(server: ServerThread) -> None:
    """RFC 9112, section 2.2 lets a recipient take a single LF for a line's end."""
    assert talk(server, b"GET /echo HTTP/1.1\nHost: h\nConnection: close\n\n").startswith(
        b"HTTP/1.1 200 OK\r\n"
    )


def test_head_is_answered_without_a_body(server: ServerThread) -> None:
    """The fields are those of GET, and the next request on the connection is answered."""
    received = talk(
        server,
        b"HEAD /stream HTTP/1.1\r\nHost: h\r\n\r\nHEAD /echo HTTP/1.1\r\nHost: h\r\n\r\n" + get("/none"),
    )
    assert received == (
        b"HTTP/1.1 200 Fine\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx-method: HEAD\r\n\r\n"
        b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"
    )


def test_a_client_that_waits_for_100_continue_gets_it_before_it_sends(server: ServerThread) -> None:
    """The interim answer comes while the body is still held back."""
    with connect(server) as sock:
        sock.sendall(b"POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        assert sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(b"abc")
        assert sock.recv(1_000).endswith(b"\r\n\r\nabc")


def test_a_client_that_sends_without_waiting_gets_no_100_continue(server: ServerThread) -> None:
    """RFC 9110, section 10.1.1: it may be left out once the body has come."""
    sent = get("/echo", "Expect: 100-continue", "Content-Length: 3", method="POST") + b"abc"
    assert talk(server, sent).startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_request_of_20_mb_comes_whole(server: ServerThread) -> None:
    """Nothing is lost or reordered on the way."""
    body = bytes(range(256)) * (20 * MEBIBYTE // 256)
    assert httpx.post(server.url + "/echo", content=body, timeout=60).content == body


def test_a_chunked_request_comes_whole_and_the_next_one_after_it(server: ServerThread) -> None:
    """Extensions and trailers of the chunks do not matter."""
    sent = (
        b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: v\r\n\r\n"
    )
    received = talk(server, sent + get("/none"))
    assert b"\r\n\r\nabcde" in received
    assert b"HTTP/1.1 204" in received


def test_http_1_0_gets_a_body_without_chunks_that_ends_with_the_connection(server: ServerThread) -> None:
    """It cannot read chunks (RFC 9112, section 7.1)."""
    received = talk(server, b"GET /stream HTTP/1.0\r\n\r\n")
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"transfer-encoding" not in head
    assert b"connection: close" in head
    assert body == b"data: \xc3\xa9\n\n" + b"x" * 300


def test_http_1_0_keeps_the_connection_where_it_asks_to_and_the_length_is_known(server: ServerThread) -> None:
    """It then says that it keeps it."""
    received = talk(server, b"GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /echo HTTP/1.0\r\n\r\n")
    assert received.count(b"HTTP/1.1 200 OK") == 2
    assert received.count(b"connection: keep-alive") == 1
    assert received.count(b"connection: close") == 1


def test_a_target_in_absolute_form_names_the_same_path(server: ServerThread) -> None:
    """RFC 9112, section 3.2.2: a server must accept it."""
    received = talk(server, get("http://elsewhere:99/told?a=%20b"))
    told = json.loads(received.partition(b"\r\n\r\n")[2])
    assert told["path"] == "/told?a=%20b"
    assert told["target"] == "http://elsewhere:99/told?a=%20b"


def test_the_handler_sees_fields_as_they_were_sent(server: ServerThread) -> None:
    """Order, repeats, case and bytes above 127 are kept."""
    sent = get("/told").replace(b"\r\n\r\n", b"\r\nX-B: 1\r\nx-a: \xe9\r\nX-B: 2\r\n\r\n")
    told = json.loads(talk(server, sent).partition(b"\r\n\r\n")[2])
    assert told["headers"][2:] == [["X-B", "1"], ["x-a", "\xe9"], ["X-B", "2"]]


@pytest.mark.parametrize(
    ("sent", "status", "says"),
    [
        (b"NONSENSE\r\n\r\n", b"400", "request line"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400", "Host"),
        (b"GET / HTTP/1.1\r\nHost: h\r\nbad field\r\n\r\n", b"400", "header line"),
        (b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n", b"400", "Content-Length"),
        (b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", b"501", "Transfer-Encoding"),
        (b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400", "chunk"),
        (b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"y" * 70_000, b"431", "65536"),
        (b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n\r\n", b"413", "33554432"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"400", "TLS"),
    ],
)
def test_what_is_no_request_is_refused_with_an_error_that_sdks_can_show(
    server: ServerThread, sent: bytes, status: bytes, says: str
) -> None:
    """The error has OpenAI's shape, says what is wrong, and the connection closes."""
    received = talk(server, sent)
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 " + status)
    assert b"connection: close" in head
    assert says.lower() in json.loads(body)["error"]["message"].lower()


def test_a_chunked_request_above_the_limit_is_refused(server: ServerThread) -> None:
    """The limit counts what has come, since no length was told."""
    with connect(server) as sock:
        sock.sendall(b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        sock.sendall(b"2000000\r\n" + b"z" * (32 * MEBIBYTE) + b"\r\n1\r\nz\r\n")
        assert sock.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_cut_closes_the_connection_at_the_byte(server: ServerThread) -> None:
    """No terminating chunk, no reset: the client meets the end of the connection inside the body."""
    assert talk(server, get("/cut")).endswith(b"b\r\ndata: 1\n\nda\r\n")
    with pytest.raises(httpx.RemoteProtocolError), httpx.stream("GET", server.url + "/cut") as response:
        assert list(response.iter_raw()) == []


def test_a_reset_comes_after_every_byte_was_read(server: ServerThread) -> None:
    """The reset waits for the send queue to drain."""
    received = b""
    with connect(server) as sock:
        sock.sendall(get("/reset"))
        with pytest.raises(ConnectionResetError):  # noqa: PT012 - only the last read may raise
            while part := sock.recv(1_000):
                received += part
    assert received.count(b"\xff") == 100_000


def test_a_body_shorter_than_its_length_closes_the_connection(server: ServerThread) -> None:
    """A client that waits for the rest must not get the next answer instead."""
    received = talk(server, b"GET /short HTTP/1.1\r\nHost: h\r\n\r\nGET /echo HTTP/1.1\r\nHost: h\r\n\r\n")
    assert received.endswith(b"content-length: 10\r\n\r\n1234")


def test_a_body_longer_than_its_length_is_held_to_it(server: ServerThread) -> None:
    """What is too much would be read as the next answer."""
    received = talk(server, get("/long"))
    assert received.endswith(b"\r\n\r\n1234")


def test_a_client_that_leaves_is_noticed_at_once(server: ServerThread, answers: Answers) -> None:
    """The end of the connection reaches the handler."""
    with connect(server) as sock:
        sock.sendall(get("/held"))
        assert answers.begun.wait(60)
        assert not answers.left.is_set()
    assert answers.left.wait(60)


def test_a_handler_that_fails_is_answered_for(caplog: pytest.LogCaptureFixture, server: ServerThread) -> None:
    """Before the first byte with a 500 that says why; after it with a cut, since there is no other way to tell."""
    response = httpx.get(server.url + "/broken")
    assert response.status_code == 500
    assert "the handler broke" in response.json()["error"]["message"]
    assert talk(server, get("/late")).endswith(b"9\r\ndata: 1\n\n\r\n")
    assert "a handler of the harness server failed" in caplog.text


def test_what_is_told_after_the_end_of_an_answer_does_nothing() -> None:
    """No caller has to look whether its client is still there: the next answer on the connection is not spoilt."""

    def handle(_: RequestHead, __: bytes, responder: Responder) -> None:
        responder.answer(200, "", (("content-length", "2"),), b"ok")
        assert not responder.open
        assert not responder.paused
        responder.start(500, "", ())
        responder.write(b"x")
        responder.write_many([b"x"])
        responder.write_wire(b"x")
        responder.answer(500, "", (), b"x")
        responder.finish()
        responder.pause_reading()
        responder.resume_reading()
        responder.reset()
        responder.cut()

    with ServerThread(handle) as server:
        answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
        received = talk(server, b"GET / HTTP/1.1\r\nHost: h\r\n\r\n" + get("/"))
    assert received == answer + answer.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n")


def test_finishing_without_a_head_is_an_empty_answer() -> None:
    """Rather than nothing at all."""
    with ServerThread(lambda _, __, responder: responder.finish()) as server:
        received = talk(server, get("/"))
    assert received == b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


def test_an_early_answer_lets_the_client_send_the_rest_of_its_request() -> None:
    """A handler may answer before the body has come; the rest is swallowed and the connection goes on."""

    class Early:
        def open(self, _: RequestHead, responder: Responder) -> Receiver:
            responder.answer(403, "", (("content-length", "2"),), b"no")
            return self

        def body(self, _: bytes) -> None:
            raise AssertionError("an answered request has no receiver")

        def end(self) -> None:
            """Requests without a body end here."""

        def closing(self) -> None:
            """Nothing is held."""

    with ServerThread(Early()) as server, connect(server) as sock:
        for _ in range(2):
            sock.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\n\r\n" + b"z" * 200_000)
            assert sock.recv(1_000).endswith(b"\r\n\r\nno")


@pytest.mark.parametrize("uvloop", [False, True], ids=["asyncio", "uvloop"])
def test_a_slow_reader_stops_the_writer_instead_of_filling_memory(
    caplog: pytest.LogCaptureFixture, *, uvloop: bool
) -> None:
    """A handler that heeds `paused` has at most a few buffers in flight, and ends when the reader catches up."""
    if uvloop:
        pytest.importorskip("uvloop")
    written = 0
    stuck = threading.Event()
    total = 64 * MEBIBYTE

    def handle(_: RequestHead, __: bytes, responder: Responder) -> None:
        responder.start(200, "", SSE)

        def pump() -> None:
            nonlocal written
            responder.on_resume = pump
            while written < total and not responder.paused:
                responder.write(b"z" * 65_536)
                written += 65_536
            if written < total:
                stuck.set()
            else:
                responder.finish()

        pump()

    with ServerThread(handle, uvloop=uvloop) as server, connect(server) as sock:
        sock.sendall(get("/"))
        assert stuck.wait(60)
        assert written < total / 2
        received = drain(sock)
        assert received.count(b"z") == total
        assert received.endswith(b"0\r\n\r\n")
    assert caplog.records == []


def test_a_slow_handler_stops_the_sender_instead_of_filling_memory() -> None:
    """`pause_reading` reaches the client's socket; `resume_reading` brings all of the body."""
    taken = 0
    paused = threading.Event()
    total = 64 * MEBIBYTE

    class Slow:
        def __init__(self) -> None:
            self.responder: Responder | None = None

        def open(self, _: RequestHead, responder: Responder) -> Receiver:
            self.responder = responder
            return self

        def body(self, data: bytes) -> None:
            nonlocal taken
            taken += len(data)
            if not paused.is_set():
                assert self.responder is not None
                self.responder.pause_reading()
                paused.set()

        def end(self) -> None:
            assert self.responder is not None
            text = str(taken).encode()
            self.responder.answer(200, "", (("content-length", str(len(text))),), text)

        def resume(self) -> None:
            assert self.responder is not None
            self.responder.resume_reading()

        def closing(self) -> None:
            """Nothing is held."""

    slow = Slow()
    with ServerThread(slow) as server, connect(server) as sock:
        sock.settimeout(0.3)
        with pytest.raises(TimeoutError):
            sock.sendall(get("/", f"Content-Length: {total}", method="POST") + b"z" * total)
        assert paused.is_set()
        assert taken < total / 2
        server.call(slow.resume)


def test_a_hundred_concurrent_streams_do_not_mix(server: ServerThread) -> None:
    """Each client gets its own body back, whoever else is served."""
    sockets = [connect(server) for _ in range(100)]
    try:
        for number, sock in enumerate(sockets):
            body = b"%03d" % number * 1_000
            sock.sendall(get("/echo", f"Content-Length: {len(body)}", method="POST") + body)
        for number, sock in enumerate(sockets):
            assert drain(sock).endswith(b"\r\n\r\n" + b"%03d" % number * 1_000)
    finally:
        for sock in sockets:
            sock.close()
