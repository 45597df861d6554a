"""A gateway that answers two hundred clients at once gives each what it would have got alone."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from harness.jobs.serve import gateway_server
from tests.gatewaying import payloads, wire
from tests.scripted import LAST_CHUNK, SSE_HEAD, ScriptedServer, http_chunk
from tests.upstreams import DIALECTS, Said, answer, broken, events, is_stream, refusal

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from harness.jobs.serve import GatewayServer

KINDS = (
    "plain",
    "tools",
    "history",
    "chain",
    "busy",
    "hangs up",
    "leaves",
    "refused",
    "breaks",
    "tools",
    "chain",
    "history",
    "leaves",
)
"""What happens to a request; sixteen of each, in both dialects, for all four upstreams, streamed and whole."""

CANARY = re.compile(rb"canary\d{4}")

_MINTED = re.compile(
    r"\b(resp|msg|rs|fc|req|call)_(?!canary)[0-9a-z]{16,}|\bchatcmpl-(?!canary)[0-9A-Za-z]{16,}"
)
_TIMES = re.compile(r'"(created|created_at|completed_at)":\d+')


@dataclass(frozen=True)
class Asked:
    """One client.

    Args:
        number: Which one.
    """

    number: int

    @property
    def canary(self) -> str:
        """What stands in all that it sends, and in nothing that another sends."""
        return f"canary{self.number:04}"

    @property
    def inbound(self) -> str:
        """What it speaks."""
        return ("chat", "responses")[self.number % 2]

    @property
    def dialect(self) -> str:
        """What its upstream speaks."""
        return DIALECTS[self.number // 2 % 4]

    @property
    def is_stream(self) -> bool:
        """Whether it wants a stream."""
        return self.number // 8 % 2 == 1

    @property
    def kind(self) -> str:
        """What happens to it; only clients of Responses have chains, and only streams can break or be left."""
        kind = KINDS[self.number // 16]
        if kind == "chain" and self.inbound == "chat":
            return "history"
        return "tools" if kind in {"breaks", "leaves"} and not self.is_stream else kind

    @property
    def has_tools(self) -> bool:
        """Whether it has a tool, which the model then calls."""
        return self.kind in {"tools", "history", "chain", "busy", "leaves"}

    def said(self) -> Said:
        """What its upstream answers."""
        canary = self.canary
        return Said(
            name=canary,
            text=f"{canary} is what you said, and nothing else. ",
            thought=f"I was told {canary}.",
            tool=f"find_{canary}" if self.has_tools else None,
            arguments={"key": canary, "more": [canary, {"deep": canary}]},
            asked=1_000 + self.number,
            told=5_000 + self.number,
        )

    def body(self, previous: str | None = None) -> dict[str, Any]:
        """Its request, or the second one of a chain."""
        canary = self.canary
        body: dict[str, Any] = {"model": f"{self.dialect}/m-{canary}", "stream": self.is_stream}
        words = f"I am {canary}, {'again' if previous else 'for the first time'}."
        schema = {"type": "object", "properties": {canary: {"type": "string", "description": canary}}}
        function = {"name": f"find_{canary}", "description": f"Finds {canary}.", "parameters": schema}
        if self.inbound == "chat":
            body["messages"] = [{"role": "system", "content": f"Serve {canary}."}, _user(words)]
            if self.kind == "history":
                call = {"id": f"call_before_{canary}", "type": "function"}
                named = {"name": f"find_{canary}", "arguments": json.dumps({"key": canary})}
                body["messages"] += [
                    {"role": "assistant", "content": None, "tool_calls": [{**call, "function": named}]},
                    {"role": "tool", "tool_call_id": call["id"], "content": f"{canary} was found"},
                ]
            if self.has_tools:
                body["tools"] = [{"type": "function", "function": function}]
            if self.is_stream:
                body["stream_options"] = {"include_usage": True}
            return body
        body |= {"instructions": f"Serve {canary}.", "input": words, "metadata": {"who": canary}}
        if self.kind == "history":
            call = {"type": "function_call", "call_id": f"call_before_{canary}"}
            named = {"name": f"find_{canary}", "arguments": json.dumps({"key": canary})}
            result = {"type": "function_call_output", "call_id": call["call_id"], "output": f"{canary} found"}
            body["input"] = [_user(words), {**call, **named}, result]
        if self.has_tools:
            body["tools"] = [{"type": "function", **function, "strict": False}]
        if previous is not None:
            result = {
                "type": "function_call_output",
                "call_id": f"call_{canary}",
                "output": f"{canary} found",
            }
            body |= {"previous_response_id": previous, "input": [result, _user(words)]}
        return body


def _user(words: str) -> dict[str, Any]:
    return {"role": "user", "content": words}


@dataclass
class Upstreams:
    """Four scripted upstreams, which answer with what they were asked.

    Attributes:
        strays: Requests in which more than one client stood, or not all that this one had said.
        asked: How often each client's requests came.
    """

    strays: list[str] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def script(self, dialect: str, connection: socket.socket, request: bytes) -> None:
        """Answer one request."""
        head, _, body = request.partition(b"\r\n\r\n")
        canaries = set(CANARY.findall(request))
        if len(canaries) != 1 or not CANARY.search(head) or not CANARY.search(body):
            self.strays.append(f"{dialect}: {sorted(canaries)}")
        asked = Asked(int(min(canaries)[6:]))
        with self.lock:
            self.asked[asked.canary] += 1
            attempt = self.asked[asked.canary]
        if asked.dialect != dialect or (
            asked.kind == "chain" and attempt == 2 and not _goes_on(asked, request)
        ):
            self.strays.append(f"{dialect}: {request!r}")
        if asked.kind == "busy" and attempt <= 2:
            status = (429, 503)[attempt - 1]
            words = refusal(dialect, status, f"too busy for {asked.canary}")
            connection.sendall(wire(status, words, "retry-after-ms: 3"))
        elif asked.kind == "hangs up" and attempt == 1:
            connection.close()
        elif asked.kind == "refused":
            connection.sendall(wire(400, refusal(dialect, 400, f"nothing for {asked.canary}")))
        elif is_stream(dialect, request):
            self._stream(connection, dialect, asked)
        else:
            time.sleep(0.01)
            connection.sendall(answer(dialect, asked.said(), stream=False))

    def _stream(self, connection: socket.socket, dialect: str, asked: Asked) -> None:
        """Send a stream event by event, so that others come between them."""
        every = events(dialect, asked.said())
        connection.sendall(SSE_HEAD)
        for event in every[:-3] if asked.kind in {"leaves", "breaks"} else every:
            connection.sendall(http_chunk(event))
            time.sleep(0.001)
        if asked.kind == "leaves":
            connection.recv(1)
        elif asked.kind == "breaks":
            connection.sendall(http_chunk(broken(dialect, f"no more for {asked.canary}")) + LAST_CHUNK)
        else:
            connection.sendall(LAST_CHUNK)


def _goes_on(asked: Asked, request: bytes) -> bool:
    """Whether the second request of a chain says, or names, what came before it."""
    if asked.dialect == "responses":
        return b'"previous_response_id":"resp_%b"' % asked.canary.encode() in request
    return all(
        one in request for one in (b"for the first time", b"again", asked.said().text.strip().encode())
    )


@contextmanager
def upstreams() -> Iterator[tuple[GatewayServer, Upstreams]]:
    """A gateway in front of one upstream of each dialect."""
    known = Upstreams()
    with ExitStack() as stack:
        given = []
        for dialect in DIALECTS:

            def script(connection: socket.socket, request: bytes, dialect: str = dialect) -> None:
                known.script(dialect, connection, request)

            server = stack.enter_context(ScriptedServer(script))
            given.append(f"{dialect}={dialect}={server.url}")
        yield stack.enter_context(gateway_server(given, pass_key=True, retries=3, seed=1)), known


@dataclass(frozen=True)
class Got:
    """What a client got: of each request the status, the fields that tell something, and the bytes."""

    answers: tuple[tuple[int, str, str], ...]

    @property
    def plainly(self) -> tuple[tuple[int, str, str], ...]:
        """The same with ids that are made at random, and times, told alike."""
        known: dict[str, str] = {}

        def named(match: re.Match[str]) -> str:
            return known.setdefault(match[0], f"{match[1] or 'chatcmpl'}_{len(known)}")

        return tuple(
            (status, kind, _TIMES.sub(r'"\1":0', _MINTED.sub(named, body)))
            for status, kind, body in self.answers
        )


def ask(client: httpx.Client, base: str, asked: Asked) -> Got:
    """Be one client."""
    path = base + {"chat": "/chat/completions", "responses": "/responses"}[asked.inbound]
    headers = {"authorization": f"Bearer key-of-{asked.canary}"}
    if asked.kind == "leaves":
        with client.stream("POST", path, json=asked.body(), headers=headers) as left:
            begun = next(left.iter_text())
        return Got(((left.status_code, left.headers["content-type"], begun[:40]),))
    first = client.post(path, json=asked.body(), headers=headers)
    answers = [first]
    if asked.kind == "chain":
        whole = list(payloads(first.text))[-1]["response"] if asked.is_stream else first.json()
        answers.append(client.post(path, json=asked.body(whole["id"]), headers=headers))
        if asked.dialect != "responses":
            answers.append(client.get(f"{path}/{whole['id']}"))
    return Got(tuple((one.status_code, one.headers["content-type"], one.text) for one in answers))


def run(at_once: int) -> tuple[list[Got], Upstreams]:
    """All clients, so many of them at once."""
    with (
        upstreams() as (server, known),
        httpx.Client(timeout=60, limits=httpx.Limits(max_connections=None)) as client,
        ThreadPoolExecutor(at_once) as pool,
    ):
        return list(pool.map(lambda number: ask(client, server.base_url, Asked(number)), range(200))), known


@pytest.fixture(scope="module")
def together() -> tuple[list[Got], Upstreams]:
    """What all get at once."""
    return run(200)


def test_no_client_is_given_anothers_words(together: tuple[list[Got], Upstreams]) -> None:
    """Texts, thoughts, tools, arguments, ids and numbers are its own; no upstream sees two clients in one request."""
    results, known = together
    assert known.strays == []
    for number, got in enumerate(results):
        asked = Asked(number)
        for status, _, body in got.answers:
            assert set(CANARY.findall(body.encode())) <= {asked.canary.encode()}, asked
            if asked.kind == "leaves":
                continue
            if asked.kind == "refused":
                assert (status, f"nothing for {asked.canary}" in body) == (400, True)
                continue
            if asked.kind == "breaks":  # before its client has seen anything, or after
                assert status in {200, 502}
                assert f"no more for {asked.canary}" in body
                continue
            assert status == 200, (asked, asked.kind, body)
            said = asked.said()
            assert asked.canary in body
            assert str(said.asked) in body, (asked, asked.kind, asked.dialect, body)
            assert str(said.told) in body
            if asked.has_tools:
                assert f"call_{asked.canary}" in body
                assert f"find_{asked.canary}" in body


def test_every_client_gets_byte_for_byte_what_it_gets_alone(together: tuple[list[Got], Upstreams]) -> None:
    """But for the ids that are made at random, and the time."""
    alone, known = run(1)
    assert known.strays == []
    for number, (one, other) in enumerate(zip(together[0], alone, strict=True)):
        assert one.plainly == other.plainly, Asked(number)
    assert known.asked == together[1].asked


def test_every_kind_of_client_is_among_them() -> None:
    """In both dialects where it can be, for all four upstreams."""
    every = [Asked(number) for number in range(200)]
    assert {one.kind for one in every} == set(KINDS)
    assert len({(one.inbound, one.dialect, one.is_stream) for one in every}) == 16
    for kind in set(KINDS):
        assert {one.dialect for one in every if one.kind == kind} == set(DIALECTS)
