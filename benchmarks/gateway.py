"""What the gateway costs its clients: the first event, held streams, and memory.

    python -m benchmarks.gateway [--streams N] [--seconds N]

The upstream (a replay server with one recording at its pace), the gateway and the clients are three processes. First,
the time to the first event through the gateway against the same upstream without it, in turns. Then N streams at once
with 20 events a second each: the longest time that any of them stood still beyond its pace, and what a held stream
costs of the gateway's resident memory. A client of Responses reads an upstream of Chat Completions, so that every event
is translated. Exits with 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import json
import selectors
import socket
import subprocess
import sys
import time
from statistics import median

from benchmarks.held_streams import raise_file_limit, resident

FIRST_EVENT_MS = 5.0
STALL_MS = 250.0
STREAM_BYTES = 64_000
PACE_US = 50_000
END = b"0\r\n\r\n"
AT_ONCE = 50


def asks(path: str, body: dict[str, object]) -> bytes:
    """A POST request on the wire."""
    data = json.dumps(body).encode()
    fields = (
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        f"Content-Length: {len(data)}",
    )
    return "\r\n".join((*fields, "", "")).encode() + data


THROUGH = asks("/v1/responses", {"model": "bench", "input": "hello", "stream": True})
DIRECT = asks(
    "/v1/chat/completions",
    {"model": "bench", "stream": True, "messages": [{"role": "user", "content": "hello"}]},
)


def upstream(events: int) -> None:
    """Replay one recording to everybody until the process is ended."""
    from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response  # noqa: PLC0415
    from harness.cassettes.matching.deck import Deck  # noqa: PLC0415
    from harness.cassettes.matching.policy import MatchPolicy  # noqa: PLC0415
    from harness.io.server.replay import ReplayHandler  # noqa: PLC0415
    from harness.io.server.threaded import ServerThread  # noqa: PLC0415

    raise_file_limit()

    def chunk(delta: dict[str, object], finish: str | None = None) -> bytes:
        value = {
            "id": "chatcmpl-bench",
            "object": "chat.completion.chunk",
            "created": 1_790_000_000,
            "model": "bench",
            "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}],
        }
        return b"data: " + json.dumps(value).encode() + b"\n\n"

    body = [
        chunk({"role": "assistant", "content": ""}),
        *(chunk({"content": f" word{n}"}) for n in range(events)),
    ]
    body.append(chunk({}, "stop") + b"data: [DONE]\n\n")
    exchange = Exchange(
        0,
        Request("POST", "https://api.openai.com/v1/chat/completions"),
        Response(
            200,
            (("content-type", "text/event-stream"),),
            tuple(Chunk(place * PACE_US, data) for place, data in enumerate(body)),
        ),
        Ending(How.COMPLETE, len(body) * PACE_US),
    )
    handler = ReplayHandler(Deck([exchange], policy=MatchPolicy(body="ignore", repeats="last")))
    with ServerThread(handler) as server:
        print(server.port, flush=True)
        sys.stdin.read()


def first_event(port: int, request: bytes) -> float:
    """Seconds from the request to the first bytes of the body."""
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        began = time.perf_counter()
        sock.sendall(request)
        data = b""
        while b"data: " not in data:
            more = sock.recv(65_536)
            assert more, data
            data += more
        return time.perf_counter() - began


class Held:
    """One stream as its client sees it."""

    __slots__ = ("done", "last", "longest", "tail")

    def __init__(self) -> None:
        self.last = 0.0
        self.longest = 0.0
        self.tail = b""
        self.done = False

    def take(self, data: bytes, now: float) -> None:
        """Note how long it stood still."""
        if self.last:
            self.longest = max(self.longest, now - self.last)
        self.last = now
        self.tail = (self.tail + data)[-len(END) :]
        self.done = self.tail == END


def hold(port: int, streams: int, pid: int) -> tuple[list[Held], int]:
    """Open all streams, read them to their ends; the gateway's largest memory on the way."""
    selector = selectors.DefaultSelector()
    held = [Held() for _ in range(streams)]
    waiting = list(held)
    left, most, checked = streams, 0, 0.0
    while left:
        while waiting and sum(not one.last for one in held) - len(waiting) < AT_ONCE:
            sock = socket.create_connection(("127.0.0.1", port))
            sock.sendall(THROUGH)
            sock.setblocking(False)  # noqa: FBT003 - the socket module's own signature
            selector.register(sock, selectors.EVENT_READ, waiting.pop())
        for key, _ in selector.select(1.0):
            found = key.fileobj
            assert isinstance(found, socket.socket)
            data = found.recv(65_536)
            key.data.take(data, time.perf_counter())
            if key.data.done or not data:
                left -= 1
                selector.unregister(found)
                found.close()
        if time.perf_counter() - checked > 0.5:
            checked = time.perf_counter()
            most = max(most, resident(pid))
    return held, most


def process(*arguments: str) -> tuple[subprocess.Popen[str], int]:
    """One of the servers, and its port."""
    command = [sys.executable, "-m", *arguments]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    server = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nowhere, text=True)
    assert server.stdout is not None
    told = server.stdout.readline()
    return server, int(told.removesuffix("/v1\n").rpartition(":")[2])


def measure(streams: int, events: int) -> list[str]:
    """Print what was seen; what was missed."""
    missed = []
    above, port = process("benchmarks.gateway", "--upstream", str(events))
    below, entry = process(
        "harness", "serve", "-q", "--retries", "0", "--upstream", f"chat=http://127.0.0.1:{port}/v1"
    )
    try:
        for _ in range(20):
            first_event(entry, THROUGH), first_event(port, DIRECT)
        pairs = [(first_event(entry, THROUGH), first_event(port, DIRECT)) for _ in range(200)]
        added = median(through - direct for through, direct in pairs) * 1e3
        print(f"first event: {added:.2f} ms more than without the gateway (median of {len(pairs)})")
        if added > FIRST_EVENT_MS:
            missed.append(f"first event: {added:.2f} ms, target {FIRST_EVENT_MS} ms")
        hold(entry, 20, below.pid)
        before = resident(below.pid)
        held, most = hold(entry, streams, below.pid)
    finally:
        below.terminate()
        above.communicate("")
        below.communicate()
    whole = sum(one.done for one in held)
    stalls = sorted((one.longest - PACE_US / 1e6) * 1e3 for one in held)
    each = (most - before) / streams
    print(
        f"{whole}/{streams} streams whole; longest stall p50 {median(stalls):.0f} ms, largest {stalls[-1]:.0f} ms; "
        f"{each / 1e3:.1f} kB a stream ({before / 1e6:.0f} MB before, {most / 1e6:.0f} MB at most)"
    )
    if whole != streams:
        missed.append(f"{streams - whole} streams did not come whole")
    if stalls[-1] > STALL_MS:
        missed.append(f"a stream stood still for {stalls[-1]:.0f} ms beyond its pace, target {STALL_MS} ms")
    if each > STREAM_BYTES:
        missed.append(f"{each / 1e3:.1f} kB a held stream, target {STREAM_BYTES / 1e3:.0f} kB")
    return missed


def main() -> int:
    """Measure; 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--upstream", type=int, metavar="EVENTS", help=argparse.SUPPRESS)
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--seconds", type=int, default=10)
    options = parser.parse_args()
    if options.upstream is not None:
        upstream(options.upstream)
        return 0
    raise_file_limit()
    missed = measure(options.streams, options.seconds * 1_000_000 // PACE_US)
    print("\n".join(f"MISSED {line}" for line in missed) or "met")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
