"""How much memory a long stream takes: recording and replaying it, through a tape and through a server.

    python benchmarks/memory.py [--full]

A stream of 100 MB (with --full: 1 GB) in chunks of 1,448 bytes passes through a process of its own, which tells its
peak of resident memory before, after a short stream has made it load all that it needs, and after; recording
includes sealing. Exits with 1 where the peak grows by more than `GROWTH_MB`.
"""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

GROWTH_MB = 10.0
CHUNK = 1_448
WARM_UP_MB = 4
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
EVENT = (
    b'data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench-1",'
    b'"choices":[{"index":0,"delta":{"content":" word%010d"},"finish_reason":null}]}\n\n'
)
KINDS = ("tape-record", "tape-replay", "server-record", "server-replay")


def peak_mb() -> float:
    """Peak of this process's resident memory."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        import resource  # noqa: PLC0415 - absent on Windows

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (1 << 20) if sys.platform == "darwin" else peak / 1024
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def chunks(megabytes: int) -> Iterator[bytes]:
    """The stream, cut without regard to events."""
    left = megabytes * 1_000_000
    number = 0
    rest = b""
    while left > 0:
        while len(rest) < CHUNK:
            rest += EVENT % number
            number += 1
        data, rest = rest[: min(CHUNK, left)], rest[CHUNK:]
        left -= len(data)
        yield data


def url(megabytes: int, base: str = "http://h.example") -> str:
    """Where a stream of this size is asked for."""
    return f"{base}/v1/{megabytes}"


class Generated:
    """A transport that answers with a stream of the size that its URL names."""

    def handle_request(self, request: Any) -> Any:
        """Answer."""
        import httpx  # noqa: PLC0415

        fields = {"content-type": "text/event-stream"}
        return httpx.Response(200, headers=fields, content=chunks(int(request.url.path.rsplit("/", 1)[1])))

    def close(self) -> None:
        """Nothing is open."""


def through_tape(path: Path, megabytes: int, *, record: bool) -> None:
    """Record or replay with a sync client."""
    import httpx  # noqa: PLC0415

    import harness  # noqa: PLC0415

    with harness.cassette(path, mode="rewrite" if record else "none") as tape:
        transport = tape.transport(httpx, inner=Generated())
        with httpx.Client(transport=transport) as client, client.stream("POST", url(megabytes)) as response:
            size = sum(map(len, response.iter_raw()))
    assert size == megabytes * 1_000_000


def work(kind: str, folder: Path) -> None:
    """Be the process that is measured: one stream a line of standard input, the peak after it on standard output."""
    for line in sys.stdin:
        size = int(line)
        path = folder / f"{kind.partition('-')[0]}{size}.cassette.jsonl"
        if kind.startswith("tape"):
            through_tape(path, size, record=kind == "tape-record")
            print(peak_mb(), flush=True)
        else:
            serve(kind, path)


def serve(kind: str, path: Path) -> None:
    """Serve one recording, or record one, until the next line of standard input, which is the upstream at first."""
    from harness.jobs.record import record_server  # noqa: PLC0415
    from harness.jobs.replay import replay_server  # noqa: PLC0415

    upstream = sys.stdin.readline().strip()
    server = (
        record_server(upstream, path, overwrite=True)
        if kind == "server-record"
        else replay_server(path, pace="instant")
    )
    with server:
        print(server.url, flush=True)
        sys.stdin.readline()
    print(peak_mb(), flush=True)


def upstream() -> str:
    """A server in threads of this process; its URL."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer(connection: socket.socket) -> None:
        with connection:
            data = b""
            while not data.endswith(b"\r\n\r\n"):
                data += connection.recv(65_536)
            megabytes = int(data.split(b" ")[1].rsplit(b"/", 1)[1])
            connection.sendall(HEAD)
            batch = []
            for chunk in chunks(megabytes):
                batch.append(b"%x\r\n%b\r\n" % (len(chunk), chunk))
                if len(batch) == 40:
                    connection.sendall(b"".join(batch))
                    batch.clear()
            connection.sendall(b"".join(batch) + b"0\r\n\r\n")

    def accept() -> None:
        while True:
            threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def download(base: str, megabytes: int) -> None:
    """Read a stream to its end with a plain socket."""
    host, port = base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as sock:
        sock.sendall(f"POST /v1/{megabytes} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n".encode())
        tail, size = b"", 0
        while not tail.endswith(b"\r\n0\r\n\r\n"):
            data = sock.recv(1 << 20)
            assert data, "the stream was cut"
            size += len(data)
            tail = (tail + data)[-16:]
    assert size > megabytes * 1_000_000


class Measured:
    """The process that is measured."""

    def __init__(self, kind: str, folder: Path, source: str) -> None:
        self._kind = kind
        self._source = source
        command = [sys.executable, __file__, "--work", kind, "--folder", str(folder)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def _tell(self, line: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def _hear(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the measured process ended"
        return line.strip()

    def stream(self, megabytes: int) -> float:
        """Let a stream pass; the peak after it, in MB."""
        self._tell(megabytes)
        if self._kind.startswith("server"):
            self._tell(self._source)
            download(self._hear(), megabytes)
            self._tell("stop")
        return float(self._hear())

    def stop(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


def main() -> int:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--full", action="store_true", help="1 GB instead of 100 MB")
    parser.add_argument("--work", choices=KINDS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        work(given.work, given.folder)
        return 0
    megabytes = 1_000 if given.full else 100
    source = upstream()
    missed = False
    with tempfile.TemporaryDirectory() as name:
        for kind in KINDS:
            measured = Measured(kind, Path(name), source)
            before = measured.stream(WARM_UP_MB)
            start = time.perf_counter()
            after = measured.stream(megabytes)
            taken = time.perf_counter() - start
            measured.stop()
            growth = after - before
            missed |= growth > GROWTH_MB
            print(
                f"{kind}: {megabytes} MB in {taken:.1f} s, peak {before:.1f} -> {after:.1f} MB: "
                f"{growth:+.1f} MB (target: at most {GROWTH_MB:.0f})",
                flush=True,
            )
    print("MISSED" if missed else "met")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
