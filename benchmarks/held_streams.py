"""How many streams one replay server holds: 10,000, with one event a second in each.

    python benchmarks/held_streams.py [--streams N] [--events N]

The server has a process of its own and replays one recording at the recorded pace; the client, in this process,
reads all streams with one selector. Exits with 1 where the 99th percentile of the error of the gaps between two
events of a stream is above `GAP_ERROR` seconds, or a stream costs more than `STREAM_BYTES` of the server's
resident memory.
"""

from __future__ import annotations

import argparse
import contextlib
import selectors
import socket
import subprocess
import sys
import time

GAP_ERROR = 0.5
STREAM_BYTES = 5_000
AT_ONCE = 200

REQUEST_BODY = b'{"model":"bench-1","stream":true,"messages":[{"role":"user","content":"Tell me a story."}]}'
REQUEST = (
    b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
    b"Content-Type: application/json\r\nAuthorization: Bearer sk-none\r\nContent-Length: %d\r\n\r\n%b"
    % (len(REQUEST_BODY), REQUEST_BODY)
)
EVENT = b'data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","choices":[{"delta":{"content":" w"}}]}\n\n'
END = b"0\r\n\r\n"


def raise_file_limit() -> None:
    """Let this process have as many sockets as it may."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - absent on Windows

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def serve(events: int, uvloop: bool) -> None:  # noqa: FBT001 - a benchmark's switch
    """Replay one event a second until the process is ended."""
    from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response  # noqa: PLC0415
    from harness.cassettes.matching.deck import Deck  # noqa: PLC0415
    from harness.cassettes.matching.policy import MatchPolicy  # noqa: PLC0415
    from harness.io.server.replay import ReplayHandler  # noqa: PLC0415
    from harness.io.server.threaded import ServerThread  # noqa: PLC0415

    raise_file_limit()
    exchange = Exchange(
        0,
        Request("POST", "https://api.openai.com/v1/chat/completions", (), REQUEST_BODY),
        Response(
            200,
            (("content-type", "text/event-stream"),),
            tuple(Chunk(index * 1_000_000, EVENT) for index in range(events)),
        ),
        Ending(How.COMPLETE, events * 1_000_000),
    )
    handler = ReplayHandler(Deck([exchange], policy=MatchPolicy(repeats="last")))
    with ServerThread(handler, uvloop=uvloop) as server:
        print(server.port, flush=True)
        sys.stdin.read()


def resident(pid: int) -> int:
    """Bytes of memory that a process holds."""
    shown = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, check=True)
    return int(shown.stdout) * 1024


class Held:
    """One stream as its client sees it."""

    __slots__ = ("arrivals", "done")

    def __init__(self) -> None:
        self.arrivals: list[float] = []
        self.done = False

    def take(self, data: bytes, now: float) -> None:
        """Note every event in `data`; an event is never split here, being one small write."""
        self.arrivals.extend([now] * data.count(b"data: "))
        self.done = data.endswith(END)


def hold(port: int, streams: int, pid: int) -> tuple[list[Held], int]:
    """Open all streams, read them to their ends, and give the server's largest memory on the way."""
    selector = selectors.DefaultSelector()
    held: list[Held] = []
    most = 0
    left = streams
    begun = 0

    def read(timeout: float) -> None:
        nonlocal left, begun
        for key, ready in selector.select(timeout):
            sock = key.fileobj
            assert isinstance(sock, socket.socket)
            stream: Held = key.data
            if ready & selectors.EVENT_WRITE:
                sock.sendall(REQUEST)
                selector.modify(sock, selectors.EVENT_READ, stream)
                continue
            data = sock.recv(65_536)
            if not stream.arrivals:
                begun += 1
                held.append(stream)
            stream.take(data, time.perf_counter())
            if stream.done or not data:
                left -= 1
                selector.unregister(sock)
                sock.close()

    for number in range(streams):
        sock = socket.socket()
        sock.setblocking(False)  # noqa: FBT003 - the socket module's own signature
        # A full accept queue drops the attempt and costs a second, which would look like a gap of the server's.
        while number - begun > AT_ONCE:
            read(1.0)
        sock.connect_ex(("127.0.0.1", port))
        selector.register(sock, selectors.EVENT_WRITE, Held())
        read(0)
    checked = 0.0
    while left:
        read(1.0)
        if time.perf_counter() - checked > 1.0:
            checked = time.perf_counter()
            most = max(most, resident(pid))
    return held, most


def measure(streams: int, events: int, *, uvloop: bool) -> list[str]:
    """Hold the streams, print what was seen, and give what was missed."""
    command = [
        sys.executable,
        __file__,
        "--serve",
        "--events",
        str(events),
        *(["--uvloop"] if uvloop else []),
    ]
    name = "uvloop" if uvloop else "asyncio"
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        port = int(server.stdout.readline())
        hold(port, 20, server.pid)  # everything is imported and allocated once
        before = resident(server.pid)
        start = time.perf_counter()
        held, most = hold(port, streams, server.pid)
        taken = time.perf_counter() - start
        server.stdin.close()
    whole = sum(stream.done and len(stream.arrivals) == events for stream in held)
    errors = sorted(
        abs(later - earlier - 1.0)
        for stream in held
        for earlier, later in zip(stream.arrivals, stream.arrivals[1:], strict=False)
    )
    p50, p99 = (errors[int(len(errors) * part)] for part in (0.5, 0.99))
    each = (most - before) / streams
    print(
        f"{name:8} {whole}/{streams} streams whole in {taken:.1f} s; gap error p50 {p50 * 1e3:.1f} ms, "
        f"p99 {p99 * 1e3:.1f} ms, largest {errors[-1] * 1e3:.1f} ms; {each:.0f} bytes a stream "
        f"({before / 1e6:.1f} MB before, {most / 1e6:.1f} MB at most)"
    )
    missed = []
    if whole != streams:
        missed.append(f"{name}: {streams - whole} streams did not come whole")
    if p99 > GAP_ERROR:
        missed.append(f"{name}: p99 of the gap error {p99:.3f} s > {GAP_ERROR} s")
    if each > STREAM_BYTES:
        missed.append(f"{name}: {each:.0f} bytes a stream > {STREAM_BYTES}")
    return missed


def main() -> int:
    """Measure; 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--uvloop", action="store_true")
    parser.add_argument("--streams", type=int, default=10_000)
    parser.add_argument("--events", type=int, default=8)
    options = parser.parse_args()
    if options.serve:
        serve(options.events, options.uvloop)
        return 0
    raise_file_limit()
    missed = measure(options.streams, options.events, uvloop=False)
    try:
        import uvloop  # noqa: F401, PLC0415
    except ImportError:
        print("uvloop is not installed: not measured")
    else:
        missed += measure(options.streams, options.events, uvloop=True)
    print("\n".join(f"MISSED {line}" for line in missed) or "met")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
