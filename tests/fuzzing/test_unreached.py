"""A gateway that does not ask our upstream: it is told, and nothing of such a hunt counts as a finding."""

from __future__ import annotations

import socket
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import httpx

import harness
from harness.fuzzing.reached import Reached
from harness.fuzzing.telling import written

if TYPE_CHECKING:
    from collections.abc import Iterator

PLENTY = 120.0


def free_port() -> int:
    """One that was free just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class ChatOnly(BaseHTTPRequestHandler):
    """A gateway that has one path, and says of others that they are not there in a form of its own."""

    upstream = ""

    def do_POST(self) -> None:
        """Pass a request on."""
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/v1/chat/completions":
            fields = {"content-type": "application/json"}
            url = f"{self.upstream}{self.path}"
            try:
                came = httpx.post(url, content=body, headers=fields, trust_env=False)
            except httpx.HTTPError:
                status, kind, said = 502, "application/json", b'{"error": {"message": "no upstream"}}'
            else:
                status, kind, said = came.status_code, came.headers.get("content-type", ""), came.content
        else:
            status, kind, said = 404, "application/json", b'{"detail": "Not Found"}'
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def chat_only(upstream: int) -> Iterator[str]:
    """One in front of a port; the value is its base URL."""
    handler = type("Handler", (ChatOnly,), {"upstream": f"http://127.0.0.1:{upstream}"})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1"
        finally:
            server.shutdown()
            thread.join()


def test_a_gateway_that_never_asks_our_upstream_could_not_be_fuzzed() -> None:
    """Its upstream is at another port: exit code 3, and what may be wrong."""
    port = free_port()
    with chat_only(free_port()) as url:
        outcome = harness.fuzz(
            base_url=url, model="m", upstream_port=port, max_time=PLENTY, max_examples=40, shrink_time=0.0
        )
    assert (outcome.vain, outcome.exit_code) == (True, 3)
    text = written(outcome, "text")
    assert "Gateway asked our upstream nothing: is the version in --base-url" in text
    assert f"Our upstream listened at http://127.0.0.1:{port}." in text


def test_a_gateway_that_answers_nothing_is_told_so_first() -> None:
    """Not that its version may be wrong: nobody who asked had an answer."""
    port = free_port()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        thread = Thread(target=_models_only, args=(silent,), daemon=True)
        thread.start()
        outcome = harness.fuzz(
            base_url=f"http://127.0.0.1:{silent.getsockname()[1]}/v1",
            model="m",
            upstream_port=port,
            inbound=["chat"],
            modes="whole",
            max_examples=4,
            max_time=PLENTY,
            timeout=0.5,
            shrink_time=0.0,
        )
        silent.shutdown(socket.SHUT_RDWR)  # wakes the thread
        thread.join()
    (hint,) = outcome.hints
    assert hint.startswith("gateway gave no answer to any request in chat within 0.5 s (--timeout)")
    assert str(port) in hint
    assert "--base-url" not in hint


def _models_only(server: socket.socket) -> None:
    """Answer who looks whether anybody is there, and nobody who asks."""
    with ExitStack() as kept:
        while True:
            try:
                connection = kept.enter_context(server.accept()[0])
            except OSError:
                return
            if connection.recv(4) == b"GET ":
                connection.sendall(
                    b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                )
                connection.close()


def test_a_dialect_that_a_gateway_does_not_serve_is_told_and_breaks_no_rule() -> None:
    """A path that is not there is answered 404 in any form; the other dialect is hunted."""
    port = free_port()
    with chat_only(port) as url:
        outcome = harness.fuzz(
            base_url=url, model="m", upstream_port=port, max_time=PLENTY, max_examples=40, shrink_time=0.0
        )
    assert [one for one in outcome.findings if one.route.startswith("responses")] == []
    assert outcome.hints == (
        "gateway asked our upstream nothing in responses: where it has no such path, --inbound chat leaves it out",
    )
    assert outcome.exit_code == (1 if outcome.findings else 0)


def test_a_dialect_is_vain_only_where_its_upstream_was_never_asked() -> None:
    """And unserved only where each answer said that there is no such path."""
    reached = Reached()
    reached.note("chat", 200, is_through=True)
    for _ in range(8):
        reached.note("responses", 404, is_through=False)
    assert (reached.is_vain, reached.vain(), reached.left()) == (False, ("responses",), ("chat",))
    assert reached.unserved() == ("responses",)
    reached.note("responses", None, is_through=False)
    assert reached.unserved() == ("responses",)
    reached.note("responses", 500, is_through=False)
    assert (reached.vain(), reached.unserved()) == (("responses",), ())
