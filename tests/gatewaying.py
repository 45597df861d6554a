"""Gateways under test, and scripted upstreams behind them that speak Chat Completions."""

from __future__ import annotations

import contextlib
import json
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from harness.jobs.serve import gateway_server
from tests.scripted import LAST_CHUNK, SSE_HEAD, ScriptedServer, http_chunk, reset

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable, Iterator

    import httpx

    from harness.jobs.serve import GatewayServer

    Script = Callable[[socket.socket, bytes], None]

CHAT: dict[str, Any] = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
RESPONSES: dict[str, Any] = {"model": "m", "stream": True, "input": "hi"}
BODIES = {"/chat/completions": CHAT, "/responses": RESPONSES}

DONE = b"data: [DONE]\n\n"


def sse(payload: object) -> bytes:
    """One event."""
    return b"data: " + json.dumps(payload).encode() + b"\n\n"


def piece(content: str | None = None, finish: str | None = None) -> bytes:
    """One chunk of a Chat stream."""
    delta = {} if content is None else {"role": "assistant", "content": content}
    return sse(
        {
            "id": "chatcmpl-upstream",
            "object": "chat.completion.chunk",
            "created": 1_700_000_000,
            "model": "m",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }
    )


USAGE = sse(
    {
        "id": "chatcmpl-upstream",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "m",
        "choices": [],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
    }
)


def stream(*texts: str) -> bytes:
    """A whole Chat stream."""
    return b"".join(map(piece, texts)) + piece(finish="stop") + USAGE + DONE


def whole(text: str) -> dict[str, Any]:
    """A whole Chat answer."""
    message = {"role": "assistant", "content": text, "refusal": None}
    return {
        "id": "chatcmpl-upstream",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
    }


def wire(status: int, body: object, *fields: str, kind: str = "application/json") -> bytes:
    """A whole HTTP answer."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = [
        f"HTTP/1.1 {status} Fine",
        f"Content-Type: {kind}",
        f"Content-Length: {len(data)}",
        *fields,
        "",
        "",
    ]
    return "\r\n".join(head).encode() + data


def body_of(request: bytes) -> dict[str, Any]:
    """What an upstream was sent."""
    value: dict[str, Any] = json.loads(request.partition(b"\r\n\r\n")[2])
    return value


def fields_of(request: bytes) -> dict[str, str]:
    """The header fields that an upstream was sent."""
    lines = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}


def talks(connection: socket.socket, request: bytes) -> None:
    """A script: `hello` in two pieces, as a stream or whole, as it was asked."""
    if body_of(request).get("stream"):
        connection.sendall(SSE_HEAD + http_chunk(stream("hel", "lo")) + LAST_CHUNK)
    else:
        connection.sendall(wire(200, whole("hello")))


class Scenes:
    """A script that answers the nth request with the nth scene, and keeps the requests.

    Args:
        scenes: Scripts, or the bytes of an answer. The last one stays.
    """

    def __init__(self, *scenes: bytes | Script) -> None:
        self._scenes = scenes
        self.requests: list[bytes] = []
        self.times: list[float] = []

    def __call__(self, connection: socket.socket, request: bytes) -> None:
        """Play the next scene."""
        scene = self._scenes[min(len(self.requests), len(self._scenes) - 1)]
        self.requests.append(request)
        self.times.append(time.monotonic())
        if isinstance(scene, bytes):
            connection.sendall(scene)
        else:
            scene(connection, request)


@contextmanager
def gateway(
    script: Script = talks, dialect: str = "chat", *, raises: bool = True, **options: Any
) -> Iterator[GatewayServer]:
    """A gateway in front of a scripted upstream of that dialect."""
    with (
        ScriptedServer(script, raises=raises) as upstream,
        gateway_server(f"{dialect}={upstream.url}", **{"seed": 1, **options}) as server,
    ):
        yield server


def until(condition: Callable[[], object], seconds: float = 5) -> bool:
    """Wait for something that another thread brings about."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def texts(answer: str) -> str:
    """The text of a stream of either dialect."""
    parts = []
    for payload in payloads(answer):
        if payload.get("type") == "response.output_text.delta":
            parts.append(payload["delta"])
        parts += [choice["delta"].get("content") or "" for choice in payload.get("choices", ())]
    return "".join(parts)


def payloads(answer: str) -> Iterable[dict[str, Any]]:
    """The JSON payloads of a stream."""
    for line in answer.splitlines():
        if line.startswith("data: {"):
            yield json.loads(line.removeprefix("data: "))


def error_in(answer: httpx.Response) -> dict[str, Any]:
    """The error of an answer: its body's, or the one in its stream, in either dialect."""
    if answer.headers["content-type"].startswith("text/event-stream"):
        for payload in payloads(answer.text):
            if payload.get("type") == "response.failed":
                failed: dict[str, Any] = payload["response"]["error"]
                return failed
            if "error" in payload and "choices" not in payload:
                inside: dict[str, Any] = payload["error"]
                return inside
        raise AssertionError(answer.text)
    error: dict[str, Any] = answer.json()["error"]
    return error


def hangs(connection: socket.socket, _: bytes) -> None:
    """Never answers."""
    with contextlib.suppress(OSError):
        connection.recv(1)


def begins_and_hangs(connection: socket.socket, request: bytes) -> None:
    """Says something, and falls silent."""
    connection.sendall(SSE_HEAD + http_chunk(piece("hel")))
    hangs(connection, request)


def heads_and_hangs(connection: socket.socket, request: bytes) -> None:
    """Sends a head, and nothing else."""
    connection.sendall(SSE_HEAD)
    hangs(connection, request)


def closes(connection: socket.socket, _: bytes) -> None:
    """Closes without a word."""
    connection.close()


def begins_and_closes(connection: socket.socket, _: bytes) -> None:
    """Closes amid its answer."""
    connection.sendall(SSE_HEAD + http_chunk(piece("hel")))
    connection.close()


def begins_and_resets(connection: socket.socket, _: bytes) -> None:
    """Breaks the connection amid its answer."""
    connection.sendall(SSE_HEAD + http_chunk(piece("hel")))
    time.sleep(0.05)
    reset(connection)


def ends_early(connection: socket.socket, _: bytes) -> None:
    """Ends its body as HTTP says it should, but not its answer."""
    connection.sendall(SSE_HEAD + http_chunk(piece("hel")) + LAST_CHUNK)
