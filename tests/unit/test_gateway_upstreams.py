"""What clients of a gateway are told when an upstream refuses, breaks or is silent, whatever it speaks."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from email.utils import formatdate
from typing import TYPE_CHECKING

import pytest

from harness.gateway.limits import Limits
from tests.failing import LIMIT, PATIENCE, SHORT, asked, clients, some_clients, told
from tests.gatewaying import BODIES, Scenes, closes, gateway, hangs, heads_and_hangs, wire
from tests.scripted import SSE_HEAD, http_chunk, reset
from tests.upstreams import DIALECTS, Said, answer, broken, events, is_stream, refusal

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable, Iterator

    import httpx

    from harness.cassettes.exchange import Exchange
    from harness.jobs.serve import GatewayServer
    from tests.gatewaying import Script

SAID = Said(text="one two three four five six")


class Named:
    """A script that does what the model of the request is called.

    Args:
        dialect: What it speaks.
    """

    def __init__(self, dialect: str) -> None:
        self._dialect = dialect
        self.scenes: dict[str, bytes | Script] = {}

    def __call__(self, connection: socket.socket, request: bytes) -> None:
        """Play the scene of that name."""
        head, _, body = request.partition(b"\r\n\r\n")
        if self._dialect == "gemini":
            name = head.split(b" ")[1].decode().rpartition("/")[2].partition(":")[0]
        else:
            name = json.loads(body)["model"]
        scene = self.scenes[name]
        if isinstance(scene, bytes):
            connection.sendall(scene)
        else:
            scene(connection, request)


class Served:
    """A gateway in front of an upstream that fails as it is told.

    Args:
        patient: The gateway.
        short: One with short limits.
        scenes: What the upstream of both does, by name.
    """

    def __init__(self, patient: GatewayServer, short: GatewayServer, scenes: Named) -> None:
        self._patient = patient
        self._short = short
        self._scenes = scenes
        self._lock = threading.Lock()

    def ask(
        self, scene: bytes | Script, ending: str, *, stream: bool, whole: bool = False
    ) -> tuple[httpx.Response, Exchange]:
        """Be a client while that happens; gives its answer, and the same for the checker.

        What is a whole answer meets no limit, however busy the machine is.
        """
        with self._lock:
            name = f"s{len(self._scenes.scenes)}"
            self._scenes.scenes[name] = scene
        server = self._patient if whole else self._short
        return asked(server, ending, {**BODIES[ending], "model": name, "stream": stream})


@pytest.fixture(scope="module")
def served() -> Iterator[dict[str, Served]]:
    """A gateway for each dialect; nothing is tried again."""
    with ExitStack() as stack:
        known = {}
        for dialect in DIALECTS:
            scenes = Named(dialect)
            patient, short = (
                stack.enter_context(gateway(scenes, dialect, retries=0, limits=limits))
                for limits in (Limits(), SHORT)
            )
            known[dialect] = Served(patient, short, scenes)
        yield known


STATUSES = {
    400: (400, "invalid_request_error"),
    401: (401, "invalid_request_error"),
    403: (403, "invalid_request_error"),
    404: (404, "invalid_request_error"),
    408: (504, "server_error"),
    413: (413, "invalid_request_error"),
    429: (429, "rate_limit_error"),
    500: (502, "server_error"),
    502: (502, "server_error"),
    503: (503, "server_error"),
    504: (504, "server_error"),
    529: (503, "server_error"),
}
"""Statuses of upstreams, with the client's, and the type of its error."""

HTML = b"<!doctype html><html><body><h1>Bad Gateway</h1></body></html>"


def _bodies(dialect: str, status: int) -> dict[str, bytes]:
    """What may come with a status."""
    proper = refusal(dialect, status, "this is why")
    return {
        "as text": wire(status, proper, kind="text/plain"),
        "as a stream": wire(
            status, b"data: " + json.dumps(proper).encode() + b"\n\n", kind="text/event-stream"
        ),
        "html": wire(status, HTML, kind="text/html"),
        "html as JSON": wire(status, HTML),
        "empty": wire(status, b""),
        "no JSON": wire(status, b'{"error": {"mess'),
        "a list": wire(status, b"[1, 2]"),
        "null": wire(status, b"null"),
        "a success": wire(status, {"id": "x", "choices": [], "output": [], "content": [], "candidates": []}),
        "no UTF-8": wire(status, b"\xff\xfe\xfd"),
    }


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("status", STATUSES)
def test_a_status_is_told_as_openai_would(served: dict[str, Served], dialect: str, status: int) -> None:
    """With the upstream's words, in the client's dialect, whether it wanted a stream or not."""
    scene = wire(status, refusal(dialect, status, "this is why"))
    for ending, inbound, stream in clients():
        given, exchange = served[dialect].ask(scene, ending, stream=stream, whole=True)
        assert given.headers["content-type"] == "application/json"
        error = told(exchange, inbound)
        assert (given.status_code, error["type"]) == STATUSES[status]
        assert "this is why" in error["message"]


@pytest.mark.thorough
@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("status", [401, 429, 500])
def test_a_status_counts_whatever_comes_with_it(served: dict[str, Served], dialect: str, status: int) -> None:
    """A page of HTML is nobody's message, and a body of a success makes none."""
    for turn, (label, scene) in enumerate(_bodies(dialect, status).items()):
        for ending, inbound, stream in some_clients(turn):
            given, exchange = served[dialect].ask(scene, ending, stream=stream, whole=True)
            error = told(exchange, inbound)
            assert (given.status_code, error["type"]) == STATUSES[status], label
            assert "<" not in error["message"], label


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("fields", "least", "most"),
    [
        (("retry-after: 70",), 70_000, 70_000),
        (("retry-after-ms: 65000",), 65_000, 65_000),
        (("retry-after-ms: 70500", "retry-after: 9"), 70_500, 70_500),
        (("retry-after: {date}",), 100_000, 121_000),
        (("retry-after: {date}", "date: {now}"), 120_000, 120_000),
        (("retry-after: soon",), None, None),
        ((), None, None),
    ],
)
def test_the_wait_that_an_upstream_wants_is_the_clients_to_keep(
    dialect: str, fields: tuple[str, ...], least: int | None, most: int | None
) -> None:
    """In both fields that OpenAI's clients read; in seconds a little longer rather than shorter."""
    now = time.time()
    told_by = [
        one.format(date=formatdate(now + 120, usegmt=True), now=formatdate(now, usegmt=True))
        for one in fields
    ]
    scene = wire(429, refusal(dialect, 429, "slow down"), *told_by)
    with gateway(Scenes(scene), dialect, retries=0) as server:
        for ending, inbound, stream in clients():
            given, exchange = asked(server, ending, {**BODIES[ending], "stream": stream})
            assert told(exchange, inbound)["code"] == "rate_limit_exceeded"
            wait = given.headers.get("retry-after-ms")
            if least is None or most is None:
                assert wait is None
                continue
            assert least <= int(wait) <= most
            assert int(given.headers["retry-after"]) == -(-int(wait) // 1000)


NO_ANSWERS: dict[str, bytes] = {
    "html": wire(200, HTML, kind="text/html"),
    "html as JSON": wire(200, HTML),
    "html as a stream": wire(200, HTML, kind="text/event-stream"),
    "empty": wire(200, b""),
    "empty stream": wire(200, b"", kind="text/event-stream"),
    "only a comment": wire(200, b": hello\n\n", kind="text/event-stream"),
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "half of a JSON object": wire(200, b'{"id": "x", "choices": [{'),
    "null": wire(200, b"null"),
    "a list of numbers": wire(200, b"[1, 2, 3]"),
    "a number": wire(200, b"7"),
    "a text": wire(200, b'"hello"'),
    "an empty object": wire(200, b"{}"),
    "another object": wire(200, b'{"ok": true}'),
    "plain text": wire(200, b"hello", kind="text/plain"),
    "bytes": wire(200, bytes(range(256)), kind="application/octet-stream"),
    "events that are no JSON": wire(200, b"data: hello\n\ndata: [DONE]\n\n", kind="text/event-stream"),
    "events that are no objects": wire(200, b"data: 7\n\ndata: [1]\n\n", kind="text/event-stream"),
    "only the end": wire(200, b"data: [DONE]\n\n", kind="text/event-stream"),
    "no gzip": wire(200, b'{"choices": []}', "content-encoding: gzip"),
    "an unknown coding": wire(200, b"abc", "content-encoding: rot13"),
    "moved": wire(302, b"", "location: http://127.0.0.1:1/elsewhere"),
    "moved for good": wire(308, b"moved", "location: /v2/elsewhere", kind="text/plain"),
    "not modified": b"HTTP/1.1 304 Not Modified\r\n\r\n",
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "a head that is none": b"HTTP/1.1 abc Fine\r\n\r\n",
    "too little": wire(200, b"{}").replace(b"Content-Length: 2", b"Content-Length: 200"),
}
"""What comes with a success, or with what is neither success nor error, and is no answer."""


@pytest.mark.thorough
@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", NO_ANSWERS)
def test_what_is_no_answer_is_never_a_success(served: dict[str, Served], dialect: str, name: str) -> None:
    """Nobody is sent elsewhere, either."""
    for ending, inbound, stream in some_clients([*NO_ANSWERS].index(name) + DIALECTS.index(dialect)):
        given, exchange = served[dialect].ask(NO_ANSWERS[name], ending, stream=stream)
        error = told(exchange, inbound)
        assert given.status_code in {502, 504}, error
        assert "location" not in given.headers


def _errors(dialect: str) -> dict[str, bytes]:
    """Errors that come as a success."""
    whole = refusal(dialect, 400, "this is why")
    begun = b"".join(events(dialect, SAID)[:-2])
    return {
        "whole": wire(200, whole),
        "first in a stream": wire(200, broken(dialect, "this is why"), kind="text/event-stream"),
        "amid a stream": wire(200, begun + broken(dialect, "this is why"), kind="text/event-stream"),
    }


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", _errors("chat"))
def test_an_error_that_comes_as_a_success_is_one(served: dict[str, Served], dialect: str, name: str) -> None:
    """In the body, or in the stream; with the upstream's words."""
    for ending, inbound, stream in clients():
        given, exchange = served[dialect].ask(_errors(dialect)[name], ending, stream=stream, whole=True)
        assert "this is why" in told(exchange, inbound)["message"]
        if name != "amid a stream" or not stream:
            assert given.status_code >= 400


# -- silence, and ends that are none


class Half:
    """A script that sends half of what was asked for, and then does something else.

    Args:
        dialect: What it speaks.
        then: What.
    """

    def __init__(self, dialect: str, then: Script) -> None:
        self._dialect = dialect
        self._then = then

    def __call__(self, connection: socket.socket, request: bytes) -> None:
        """Play it."""
        if is_stream(self._dialect, request):
            every = events(self._dialect, SAID)
            connection.sendall(SSE_HEAD + http_chunk(b"".join(every[:-3] or every[:1])))
        else:
            connection.sendall(answer(self._dialect, SAID, stream=False)[:-20])
        time.sleep(0.05)
        self._then(connection, request)


class Drip:
    """A script that sends something in pieces, each well within the limit, and never gets far.

    Args:
        dialect: What it speaks.
        first: What it sends before.
        pieces: What it sends then; None is the answer, byte after byte.
    """

    def __init__(self, dialect: str, first: bytes = b"", pieces: Iterable[bytes] | None = None) -> None:
        self._dialect = dialect
        self._first = first
        self._pieces = pieces

    def __call__(self, connection: socket.socket, request: bytes) -> None:
        """Play it."""
        whole = answer(self._dialect, SAID, stream=is_stream(self._dialect, request))
        connection.sendall(self._first)
        for piece in [bytes([byte]) for byte in whole] if self._pieces is None else self._pieces:
            connection.sendall(piece)
            time.sleep(LIMIT / 8)


class Stuck:
    """A script that sends something and hangs."""

    def __init__(self, sent: bytes) -> None:
        self._sent = sent

    def __call__(self, connection: socket.socket, request: bytes) -> None:
        """Play it."""
        connection.sendall(self._sent)
        hangs(connection, request)


def resets(connection: socket.socket, _: bytes) -> None:
    """Break the connection."""
    reset(connection)


def _endings(dialect: str) -> dict[str, tuple[Script, str]]:
    """How an answer may not come to its end, and the code that clients are told; "" is whatever fits."""
    timeout, disconnect = "upstream_timeout", "upstream_disconnected"
    comments = [http_chunk(b": I am still here\n\n")] * 1_000
    return {
        "silence": (hangs, timeout),
        "silence in the head": (Stuck(SSE_HEAD[:-20]), timeout),
        "a slow head": (Drip(dialect, pieces=[bytes([byte]) for byte in SSE_HEAD]), timeout),
        "silence after the head": (heads_and_hangs, timeout),
        "silence amid": (Half(dialect, hangs), timeout),
        "silence in an error": (
            Stuck(b'HTTP/1.1 400 Bad\r\nContent-Length: 999\r\n\r\n{"error": '),
            "",
        ),
        "comments for ever": (Drip(dialect, SSE_HEAD, comments), timeout),
        "byte after byte": (Drip(dialect), timeout),
        "no word": (closes, disconnect),
        "a reset": (resets, disconnect),
        "a close amid": (Half(dialect, closes), disconnect),
        "a reset amid": (Half(dialect, resets), disconnect),
    }


@pytest.mark.thorough
@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_client_waits_longer_than_it_was_told(served: dict[str, Served], dialect: str) -> None:
    """All of them at once: none waits for another, either."""

    def one(case: tuple[str, tuple[Script, str], tuple[str, str, bool]]) -> str:
        label, (scene, code), (ending, inbound, stream) = case
        start = time.monotonic()
        given, exchange = served[dialect].ask(scene, ending, stream=stream)
        took = time.monotonic() - start
        error = told(exchange, inbound)
        problems = []
        if took > PATIENCE:
            problems.append(f"took {took}")
        if given.status_code != 200 and code not in {"", error["code"]}:
            problems.append(f"was told {error}")
        if given.status_code == 200 and not (stream and "amid" in label):
            problems.append("was told of success")
        return f"{label} for {inbound}, {stream}: {', '.join(problems)}" if problems else ""

    cases = [(*scene, client) for scene in _endings(dialect).items() for client in clients()]
    with ThreadPoolExecutor(len(cases)) as pool:
        assert [problem for problem in pool.map(one, cases) if problem] == []
