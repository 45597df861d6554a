"""Recordings made up for replay servers under test, such servers, and requests to them."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import httpx

from harness.cassettes.exchange import Chunk, Ending, Exchange, Headers, How, Request, Response
from harness.cassettes.matching.deck import Deck
from harness.cassettes.matching.policy import MatchPolicy
from harness.cassettes.pace import INSTANT, Pace
from harness.faults.registry import parse_fault
from harness.io.server.replay import ReplayHandler
from harness.io.server.threaded import ServerThread

if TYPE_CHECKING:
    from collections.abc import Sequence


CHAT = "https://api.openai.com/v1/chat/completions"


SSE: Headers = (("Content-Type", "text/event-stream"), ("X-Request-Id", "req_1"))


COMPLETE = Ending(How.COMPLETE)


EVENTS = (b"data: \xc3", b"\xa9\n\n", b"data: 2\n", b"\n")


def recorded(
    prompt: str = "hi",
    parts: Sequence[bytes] = EVENTS,
    *,
    gap_us: int = 0,
    ending: Ending = COMPLETE,
    headers: Headers = SSE,
    status: int = 200,
    method: str = "POST",
) -> Exchange:
    """One recording."""
    chunks = tuple(Chunk(number * gap_us, part) for number, part in enumerate(parts))
    body = b'{"prompt": "%b"}' % prompt.encode() if method == "POST" else b""
    return Exchange(0, Request(method, CHAT, (), body), Response(status, headers, chunks, "Fine"), ending)


def serve(
    *exchanges: Exchange,
    pace: Pace = INSTANT,
    fault: str | None = None,
    hold: float = 0.05,
    repeats: MatchPolicy | None = None,
) -> ServerThread:
    """A replay server."""
    deck = Deck(exchanges, policy=repeats or MatchPolicy(repeats="last"))
    handler = ReplayHandler(deck, pace=pace, fault=parse_fault(fault) if fault else None, hold=hold)
    return ServerThread(handler, grace=0.2)


def asking(
    prompt: str = "hi", *fields: str, path: str = "/v1/chat/completions", method: str = "POST"
) -> bytes:
    """The request that `recorded` answers, as bytes."""
    body = f'{{"prompt":"{prompt}"}}'.encode() if method == "POST" else b""
    lines = [f"{method} {path} HTTP/1.1", "Host: h", f"Content-Length: {len(body)}", *fields, "", ""]
    return "\r\n".join(lines).encode() + body


def talk(server: ServerThread, sent: bytes) -> bytes:
    """Send bytes, and give all that comes until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as sock:
        sock.sendall(sent)
        parts = []
        while part := sock.recv(65_536):
            parts.append(part)
        return b"".join(parts)


def ask(server: ServerThread, prompt: str = "hi", session: str | None = None) -> httpx.Response:
    """Ask with httpx."""
    headers = {"x-harness-session": session} if session else {}
    return httpx.post(server.url + "/v1/chat/completions", json={"prompt": prompt}, headers=headers)
