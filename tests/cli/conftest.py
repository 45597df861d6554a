"""The command line in this process, in a folder of its own, with recordings that never change."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pytest

from harness.cassettes.exchange import Cassette, Chunk, Ending, Exchange, How, Request, Response
from harness.cassettes.matching.keyrow import key_fields
from harness.cli import run
from harness.io.files import write_cassette
from tests.scripted import LAST_CHUNK, SSE_HEAD, ScriptedServer, http_chunk, reset

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from pathlib import Path

TOKEN_EVENTS = (
    b'data: {"id":"c1","choices":[{"index":0,"delta":{"role":"assistant"}}]}\n\n',
    b'data: {"id":"c1","choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n',
    b'data: {"id":"c1","choices":[{"index":0,"delta":{"content":"lo"}}]}\n\n',
    b"data: [DONE]\n\n",
)


class Outcome(NamedTuple):
    """What one run of the command line gave."""

    code: int
    out: str
    err: str

    def __repr__(self) -> str:
        """As a snapshot shows it."""
        return f"exit code {self.code}\n--- stdout\n{self.out}--- stderr\n{self.err}"


class Run(Protocol):
    """Runs `harness` with some arguments."""

    def __call__(self, *arguments: str, stdin: bytes = b"") -> Outcome:
        """Run it in this process."""
        ...


@pytest.fixture
def harness(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """The command line; the working directory is an empty folder, and nothing is a terminal.

    What the user's own command writes is in the outcome, too.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("HARNESS_TRACEBACK", raising=False)

    def call(*arguments: str, stdin: bytes = b"") -> Outcome:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capfd.readouterr()
        code = run(arguments)
        return Outcome(code, *capfd.readouterr())

    return call


def chat(index: int = 0, text: str = "Say hi", how: How = How.COMPLETE) -> Exchange:
    """A Chat Completions stream in three chunks, one of which holds an event and a half."""
    body = b"".join(TOKEN_EVENTS)
    cut = len(TOKEN_EVENTS[0]) + 20
    third = len(body) - len(TOKEN_EVENTS[3])
    request = Request(
        "POST",
        "https://api.example.com/v1/chat/completions",
        (("host", "api.example.com"), ("content-type", "application/json")),
        b'{"model":"tiny","stream":true,"messages":[{"role":"user","content":"%s"}]}' % text.encode(),
    )
    chunks = (Chunk(0, body[:cut]), Chunk(20_100, body[cut:third]), Chunk(303_500, body[third:]))
    response = Response(200, (("content-type", "text/event-stream"),), chunks, "OK", at_us=213_400)
    return Exchange(index, request, response, Ending(how, 303_900), at_us=index * 1_000_000)


def cassette(*exchanges: Exchange) -> Cassette:
    """A cassette of these, recorded at a time that never changes."""
    return Cassette(
        {"tool": "harness 0.0.0", "recorded": "2026-01-02T03:04:05Z", "timing": "wire"},
        exchanges or (chat(),),
    )


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    """`tape.cassette.jsonl` in the working directory: one stream."""
    path = tmp_path / "tape.cassette.jsonl"
    write_cassette(cassette(), path, key_of=key_fields)
    return path


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """`two.cassette.jsonl` in the working directory: a stream, and one that the server cut."""
    path = tmp_path / "two.cassette.jsonl"
    write_cassette(cassette(chat(), chat(1, "Say more", how=How.SERVER_CUT)), path, key_of=key_fields)
    return path


def _answer(connection: socket.socket, request: bytes) -> None:
    if b"cut" in request:
        connection.sendall(SSE_HEAD + http_chunk(TOKEN_EVENTS[0]))
        reset(connection)
    elif b"page" in request:
        page = b"<html>Sign in</html>"
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(page)
        connection.sendall(head + page)
    else:
        connection.sendall(SSE_HEAD + b"".join(map(http_chunk, TOKEN_EVENTS)) + LAST_CHUNK)


@pytest.fixture
def upstream() -> Iterator[str]:
    """A model server: streams, cuts a stream for `cut`, answers `page` with HTML."""
    with ScriptedServer(_answer) as server:
        yield server.url
