"""What recording costs the client: time to the first byte, and time a chunk.

    python benchmarks/recorder_overhead.py [--full]

Time to the first byte is measured against a server in a process of its own that sends an event every 10 ms;
streams with and without a tape alternate, over connections that are kept alive, and the medians are compared. The
cost of a chunk is that of `Take.chunk`, with redaction, detection and the write to the `.part` file, for chunks of
1,448 bytes (what one TCP segment holds) of a chat stream.

Exits with 1 where the first byte takes more than `FIRST_BYTE` times as long, or a chunk more than `CHUNK_US`.
"""

from __future__ import annotations

import argparse
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

import harness
from harness.cassettes.exchange import How, Request, Response
from harness.io.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST_BYTE = 1.1
CHUNK_US = 30.0
CHUNK = 1_448
GAP = 0.01
EVENTS = 5
ROUNDS = 5

EVENT = (
    b'data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench-1",'
    b'"choices":[{"index":0,"delta":{"content":" word%05d"},"finish_reason":null}]}\n\n'
)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def serve() -> None:
    """Answer every request with a few events, 10 ms apart and the first one 10 ms after the request."""
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)

    def answer(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        data = b""
        while piece := connection.recv(65_536):
            data += piece
            if not data.endswith(b"{}"):
                continue
            data = b""
            for number in range(EVENTS):
                time.sleep(GAP)
                event = EVENT % number
                connection.sendall((HEAD if not number else b"") + b"%x\r\n%b\r\n" % (len(event), event))
            connection.sendall(b"0\r\n\r\n")

    def accept() -> None:
        while True:
            threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.read()


def first_byte(client: Any, url: str) -> float:
    """Seconds from the request to the first byte of the body."""
    start = time.perf_counter()
    with client.stream("POST", url, content=b"{}") as response:
        chunks = response.iter_raw()
        next(chunks)
        taken = time.perf_counter() - start
        for _ in chunks:
            pass
    return taken


def compare_first_byte(streams: int, folder: Path) -> float:
    """How many times as long the first byte takes with a tape as without."""
    server = subprocess.Popen(
        [sys.executable, __file__, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    url = f"http://127.0.0.1:{int(server.stdout.readline())}/v1/chat/completions"
    ratios = []
    with (
        harness.cassette(folder / "first.cassette.jsonl", mode="all") as tape,
        httpx.Client(trust_env=False) as plain,
        tape.client(httpx) as taped,
    ):
        for client in (plain, taped):
            first_byte(client, url)
        for number in range(ROUNDS):
            times: dict[str, list[float]] = {"plain": [], "taped": []}
            for _ in range(streams):
                times["plain"].append(first_byte(plain, url))
                times["taped"].append(first_byte(taped, url))
            medians = {name: statistics.median(some) * 1e3 for name, some in times.items()}
            ratios.append(medians["taped"] / medians["plain"])
            print(
                f"  round {number + 1}: {medians['plain']:.2f} ms without, {medians['taped']:.2f} ms with a tape"
            )
    assert server.stdin is not None
    server.stdin.close()
    server.wait(10)
    return statistics.median(ratios)


def chunk_cost(chunks: int, folder: Path, number: int) -> float:
    """Microseconds that one chunk of a stream takes."""
    events = b"".join(EVENT % index for index in range(chunks * CHUNK // len(EVENT) + 9))
    parts = [events[at : at + CHUNK] for at in range(0, chunks * CHUNK, CHUNK)]
    with Recorder(folder / f"chunks{number}.cassette.jsonl") as recorder:
        take = recorder.begin(
            Request("POST", "http://h/v1", (("authorization", "Bearer " + "k3y" * 12),), b"{}")
        )
        take.respond(Response(200, (("content-type", "text/event-stream"),)))
        record: Callable[[bytes], None] = take.chunk
        start = time.perf_counter()
        for part in parts:
            record(part)
        taken = time.perf_counter() - start
        take.end(How.COMPLETE)
    return taken / chunks * 1e6


def main() -> int:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--full", action="store_true", help="longer rounds")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve()
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"time to the first byte, events {GAP * 1e3:.0f} ms apart:")
        ratio = compare_first_byte(100 if given.full else 15, folder)
        costs = [chunk_cost(20_000 if given.full else 3_000, folder, number) for number in range(ROUNDS)]
    cost = statistics.median(costs)
    missed = ratio > FIRST_BYTE or cost > CHUNK_US
    print(f"first byte: {ratio:.3f} times as long (target: at most {FIRST_BYTE})")
    print(f"a chunk of {CHUNK} bytes: {cost:.1f} us, best {min(costs):.1f} (target: at most {CHUNK_US:.0f})")
    print("MISSED" if missed else "met")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
