"""HTTP replay of short streams, in streams a second, against uvicorn (h11, asyncio) with starlette.

    python benchmarks/replay_server.py

Each server has a process of its own, and so has the load generator, which talks to all of them with the same
bytes: 8 connections that are kept alive, requests with the fields that the OpenAI SDK sends and a body of 1 kB,
answers of 50 events. All answer coalesced: starlette streams the body as one chunk, ours writes the 50 recorded
chunks in one go. Rounds are interleaved, and the median of five counts.

With the same head in every request, as one client sends it, exits with 1 where ours is not `TARGET` times as
fast. With every head different h11 must parse each, and the figure is only shown.
"""

from __future__ import annotations

import argparse
import selectors
import socket
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGET = 4.0
ROUNDS = 5
CONNECTIONS = 8
END = b"0\r\n\r\n"

EVENTS = [
    b'data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench-1",'
    b'"choices":[{"index":0,"delta":{"content":" word%02d"},"finish_reason":null}]}\n\n' % index
    for index in range(49)
] + [b"data: [DONE]\n\n"]

BODY = (
    b'{"messages":[{"role":"user","content":"' + b"Tell me a story. " * 54 + b'"}],'
    b'"model":"bench-1","stream":true,"stream_options":{"include_usage":true}}'
)


def request(mark: str) -> bytes:
    """A streamed chat request with the OpenAI SDK's fields; `mark` is the value of one of them."""
    fields = (
        "POST /v1/chat/completions HTTP/1.1",
        "Host: 127.0.0.1:8000",
        "Accept-Encoding: gzip, deflate, br, zstd",
        "Connection: keep-alive",
        "Accept: application/json",
        "Content-Type: application/json",
        "User-Agent: OpenAI/Python 3.52.0",
        "X-Stainless-Lang: python",
        "X-Stainless-Package-Version: 3.52.0",
        "X-Stainless-OS: Linux",
        "X-Stainless-Arch: x64",
        "X-Stainless-Runtime: CPython",
        "X-Stainless-Runtime-Version: 3.11.7",
        "Authorization: Bearer sk-none",
        "X-Stainless-Async: false",
        f"x-stainless-retry-count: {mark}",
        "x-stainless-read-timeout: 600",
        f"Content-Length: {len(BODY)}",
    )
    return "\r\n".join(fields).encode() + b"\r\n\r\n" + BODY


def serve_ours(uvloop: bool) -> None:  # noqa: FBT001 - a benchmark's switch
    """Replay the stream with this project's server until the process is ended."""
    # Each process imports only what it runs.
    from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response  # noqa: PLC0415
    from harness.cassettes.matching.deck import Deck  # noqa: PLC0415
    from harness.cassettes.matching.policy import MatchPolicy  # noqa: PLC0415
    from harness.cassettes.pace import INSTANT  # noqa: PLC0415
    from harness.io.server.replay import ReplayHandler  # noqa: PLC0415
    from harness.io.server.threaded import ServerThread  # noqa: PLC0415

    chunks = tuple(Chunk(index * 20_000, event) for index, event in enumerate(EVENTS))
    fields = (("content-type", "text/event-stream; charset=utf-8"), ("cache-control", "no-cache"))
    exchange = Exchange(
        0,
        Request("POST", "https://api.openai.com/v1/chat/completions", (), BODY),
        Response(200, fields, chunks, "OK"),
        Ending(How.COMPLETE, 1_000_000),
    )
    handler = ReplayHandler(Deck([exchange], policy=MatchPolicy(repeats="last")), pace=INSTANT)
    with ServerThread(handler, uvloop=uvloop) as server:
        print(server.port, flush=True)
        sys.stdin.read()


def serve_starlette() -> None:
    """Stream the same body with uvicorn and starlette until the process is ended."""
    import asyncio  # noqa: PLC0415
    from typing import Any  # noqa: PLC0415

    import uvicorn  # noqa: PLC0415
    from starlette.applications import Starlette  # noqa: PLC0415
    from starlette.responses import StreamingResponse  # noqa: PLC0415
    from starlette.routing import Route  # noqa: PLC0415

    body = b"".join(EVENTS)

    async def answer(request: Any) -> StreamingResponse:
        await request.body()

        async def stream() -> Any:
            yield body

        return StreamingResponse(
            stream(), media_type="text/event-stream", headers={"cache-control": "no-cache"}
        )

    app = Starlette(routes=[Route("/v1/chat/completions", answer, methods=["POST"])])
    # uvicorn must bind by itself: on a socket that it is handed, asyncio leaves Nagle's algorithm on.
    config = uvicorn.Config(app, port=0, loop="asyncio", http="h11", log_level="warning", access_log=False)
    server = uvicorn.Server(config)

    async def run() -> None:
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        print(server.servers[0].sockets[0].getsockname()[1], flush=True)
        await asyncio.to_thread(sys.stdin.read)
        server.should_exit = True
        await serving

    asyncio.run(run())


def load(port: int, seconds: float, varied: bool) -> float:  # noqa: FBT001 - a benchmark's switch
    """Streams a second that the server at `port` gives, over connections that are kept alive."""
    selector = selectors.DefaultSelector()
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS)]
    number = iter(range(1, 1 << 62))
    same = request("0")

    def following() -> bytes:
        return request(str(next(number))) if varied else same

    tails: dict[object, bytes] = {}
    for connection in sockets:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection, selectors.EVENT_READ)
        tails[connection] = b""
        connection.sendall(following())
    done = 0
    start = time.perf_counter()
    stop = start + seconds
    while time.perf_counter() < stop:
        for key, _ in selector.select(1.0):
            sock = key.fileobj
            assert isinstance(sock, socket.socket)
            data = sock.recv(262_144)
            assert data, "the server closed a connection that was to be kept alive"
            tail = tails[sock] + data[-5:] if len(data) < 5 else data[-5:]
            if tail.endswith(END):
                assert b" 404 " not in data[:20], data
                done += 1
                tails[sock] = b""
                sock.sendall(following())
            else:
                tails[sock] = tail[-5:]
    taken = time.perf_counter() - start
    for connection in sockets:
        connection.close()
    return done / taken


class Served:
    """A server in a process of its own."""

    def __init__(self, name: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--serve", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def measure(self, seconds: float, *, varied: bool) -> float:
        """Run the load generator in a process of its own."""
        command = [sys.executable, __file__, "--load", str(self.port), "--seconds", str(seconds)]
        done = subprocess.run([*command, *(["--varied"] if varied else [])], capture_output=True, check=True)
        return float(done.stdout)

    def stop(self) -> None:
        """End it."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(10)


def compare(seconds: float) -> Iterator[tuple[str, float]]:
    """Measure all servers, and give the ratios."""
    names = ["starlette", "asyncio"]
    try:
        import uvloop  # noqa: F401, PLC0415
    except ImportError:
        print("uvloop is not installed: not measured")
    else:
        names.append("uvloop")
    servers = {name: Served(name) for name in names}
    try:
        for varied in (False, True):
            rates: dict[str, list[float]] = {name: [] for name in names}
            for _ in range(ROUNDS):
                for name, server in servers.items():
                    rates[name].append(server.measure(seconds, varied=varied))
            medians = {name: statistics.median(found) for name, found in rates.items()}
            kind = "every head different" if varied else "same head"
            for name in names:
                times = medians[name] / medians["starlette"]
                print(f"{kind:22} {name:10} {medians[name]:8.0f} streams/s  {times:5.2f}x starlette")
                if name != "starlette" and not varied:
                    yield f"{kind}, {name}", times
    finally:
        for server in servers.values():
            server.stop()


def main() -> int:
    """Compare; 1 where the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", choices=["asyncio", "uvloop", "starlette"])
    parser.add_argument("--load", type=int, metavar="PORT")
    parser.add_argument("--varied", action="store_true")
    parser.add_argument("--seconds", type=float, default=2.0)
    options = parser.parse_args()
    if options.serve == "starlette":
        serve_starlette()
        return 0
    if options.serve:
        serve_ours(options.serve == "uvloop")
        return 0
    if options.load:
        print(load(options.load, options.seconds, options.varied))
        return 0
    missed = [
        f"{name}: {times:.2f}x < {TARGET}x" for name, times in compare(options.seconds) if times < TARGET
    ]
    print("\n".join(f"MISSED {line}" for line in missed) or f"met: >= {TARGET}x")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
