"""Laws of the connection: where packets end changes nothing; what is written is what an HTTP client reads."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, cast

import h11
from hypothesis import given
from hypothesis import strategies as st

from harness.io.server.connection import Connection
from harness.io.server.lifecycle import Server

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable

    from harness.io.server.heads import RequestHead
    from harness.io.server.responder import Responder

Sent = tuple[str, str, bytes, bool]
"""Method, path, body, and whether the body goes out in chunks."""

METHODS = st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "PURGE"])
PATHS = st.text(st.sampled_from("abc/?=&%20.:~-_"), max_size=12).map(lambda text: "/" + text)
BODIES = st.binary(max_size=300)
REQUESTS = st.lists(st.tuples(METHODS, PATHS, BODIES, st.booleans()), min_size=1, max_size=5)


class Wire:
    """The transport of a connection that is not there: keeps what is written, each write apart."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        """Keep it."""
        self.writes.append(data)

    def close(self) -> None:
        """Note it."""
        self.closed = True

    def is_closing(self) -> bool:
        """As asyncio's."""
        return self.closed

    def can_write_eof(self) -> bool:
        """Nothing to linger for."""
        return False

    def pause_reading(self) -> None:
        """Bytes are handed over by the test."""

    def resume_reading(self) -> None:
        """The same."""


def encoded(requests: Iterable[Sent]) -> bytes:
    """The requests as one run of bytes."""
    parts = []
    for method, path, body, chunked in requests:
        framing = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
        parts.append(f"{method} {path} HTTP/1.1\r\nHost: h\r\n{framing}\r\n\r\n".encode())
        if chunked:
            halves = [half for half in (body[: len(body) // 2], body[len(body) // 2 :]) if half]
            parts += [b"%x\r\n%b\r\n" % (len(half), half) for half in halves]
            parts.append(b"0\r\n\r\n")
        else:
            parts.append(body)
    return b"".join(parts)


def connected(handle: Any) -> tuple[Connection, Wire]:
    """A connection on a wire of our own."""
    wire = Wire()
    connection = Connection(Server(handle))
    connection.connection_made(cast("asyncio.Transport", wire))
    return connection, wire


@given(REQUESTS, st.lists(st.integers(0, 2_000), max_size=20))
def test_requests_are_read_the_same_however_their_bytes_are_cut(
    requests: list[Sent], cuts: list[int]
) -> None:
    """Pipelined requests, with lengths or chunks, arrive whole and in order at any packet boundaries."""
    taken: list[tuple[str, str, bytes]] = []

    def handle(head: RequestHead, body: bytes, responder: Responder) -> None:
        taken.append((head.method, head.path, body))
        responder.answer(200, "", (("content-length", "0"),), b"")

    connection, wire = connected(handle)
    data = encoded(requests)
    borders = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    for start, stop in itertools.pairwise(borders):
        connection.data_received(data[start:stop])
    assert taken == [(method, path, body) for method, path, body, _ in requests]
    assert len(wire.writes) == len(requests)
    assert not wire.closed


@given(st.lists(st.binary(min_size=1, max_size=200), max_size=20), st.booleans())
def test_an_http_client_reads_the_chunks_that_were_written(parts: list[bytes], together: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
    """h11 as the client gives back every chunk, one for one, whether they were written apart or at once."""

    def handle(_: RequestHead, __: bytes, responder: Responder) -> None:
        responder.start(200, "", (("content-type", "text/event-stream"),))
        if together:
            responder.write_many(parts)
        else:
            for part in parts:
                responder.write(part)
        responder.finish()

    connection, wire = connected(handle)
    connection.data_received(encoded([("GET", "/", b"", False)]))
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method="GET", target="/", headers=[("Host", "h")]))
    client.send(h11.EndOfMessage())
    client.receive_data(b"".join(wire.writes))
    events: list[object] = []
    while not isinstance(events[-1] if events else None, h11.EndOfMessage):
        event = client.next_event()
        assert event is not h11.NEED_DATA
        events.append(event)
    assert [bytes(event.data) for event in events if isinstance(event, h11.Data)] == parts


@given(st.binary(max_size=400))
def test_no_bytes_take_a_connection_down(data: bytes) -> None:
    """Whatever comes, it is answered with an error, waited on, or handled; nothing is raised."""

    def handle(_: RequestHead, __: bytes, responder: Responder) -> None:
        responder.answer(200, "", (("content-length", "0"),), b"")

    connection, wire = connected(handle)
    connection.data_received(data)
    for written in wire.writes:
        assert written.startswith(b"HTTP/1.1 ")
