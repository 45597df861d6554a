"""In-process replay against vcrpy: a stream of 50 events, and what a test pays before its first request.

    python benchmarks/in_process.py [--full]

Both replay the same recording under the same httpx client; rounds alternate, and the median counts. The replay
is measured with the cassette loaded and the client made, as streams of one test. The set-up is what each test
pays: open the cassette in replay mode, make the client, close both.

Exits with 1 where a replayed stream takes longer than vcrpy's, or the set-up more than `SETUP_MS`.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import vcr  # type: ignore[import-untyped,unused-ignore]

import harness
from harness.cassettes.exchange import Cassette, Chunk, Ending, Exchange, How, Request, Response
from harness.io.transports import transport_class

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SETUP_MS = 1.0
ROUNDS = 9
URL = "http://api.example/v1/chat/completions"
BODY = b'{"model":"bench-1","stream":true,"messages":[{"role":"user","content":"hi"}]}'
EVENTS = [
    b'data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench-1",'
    b'"choices":[{"index":0,"delta":{"content":" word%02d"},"finish_reason":null}]}\n\n' % index
    for index in range(49)
] + [b"data: [DONE]\n\n"]


def write_recordings(folder: Path, streams: int) -> None:
    """The same streams as a cassette of ours, and as vcrpy writes it."""
    chunks = tuple(Chunk(index * 20_000, event) for index, event in enumerate(EVENTS))
    fields = (("Content-Type", "text/event-stream; charset=utf-8"),)
    exchanges = [
        Exchange(
            index,
            Request("POST", URL, (("host", "api.example"), ("content-type", "application/json")), BODY),
            Response(200, fields, chunks, "OK"),
            Ending(How.COMPLETE, 1_000_000),
        )
        for index in range(streams)
    ]
    head = {"schema": "llm-cassette/1", "tool": "bench", "recorded": "2026-11-21T01:30:00Z"}
    harness.write_cassette(Cassette(head, exchanges), folder / "ours.cassette.jsonl")
    interaction = {
        "request": {
            "method": "POST",
            "uri": URL,
            "body": BODY.decode(),
            "headers": {"host": ["api.example"]},
        },
        "response": {
            "status": {"code": 200, "message": "OK"},
            "headers": {"Content-Type": ["text/event-stream; charset=utf-8"]},
            "body": {"string": b"".join(EVENTS).decode()},
        },
    }
    from vcr.serializers.yamlserializer import serialize  # noqa: PLC0415

    text = serialize({"interactions": [interaction] * streams, "version": 1})
    (folder / "theirs.yaml").write_text(text, encoding="utf-8")


def read_stream(client: httpx.Client) -> None:
    """One request, its events read as they come."""
    with client.stream("POST", URL, content=BODY, headers={"content-type": "application/json"}) as response:
        body = b"".join(response.iter_raw())
    assert body.endswith(b"data: [DONE]\n\n"), body[:200]


@contextmanager
def ours(folder: Path) -> Iterator[httpx.Client]:
    """A client on a tape."""
    with harness.cassette(folder / "ours.cassette.jsonl", mode="none") as tape, tape.client(httpx) as client:
        yield client


@contextmanager
def theirs(folder: Path) -> Iterator[httpx.Client]:
    """A client under vcrpy, which compares as little as ours does (method, path, query, body)."""
    recorder: Any = vcr.VCR(match_on=["method", "path", "query", "body"])
    with recorder.use_cassette(str(folder / "theirs.yaml"), record_mode="none"), httpx.Client() as client:
        yield client


def timed(work: Callable[[], None]) -> float:
    """Seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def play(using: Callable[[Path], Any], folder: Path, streams: int) -> float:
    """Milliseconds a stream takes, with the cassette loaded."""
    with using(folder) as client:

        def work() -> None:
            for _ in range(streams):
                read_stream(client)

        return timed(work) / streams * 1e3


def setup(using: Callable[[Path], Any], folder: Path, times: int) -> float:
    """Milliseconds a test pays to open and close."""

    def work() -> None:
        for _ in range(times):
            with using(folder):
                pass

    return timed(work) / times * 1e3


def main() -> int:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--full", action="store_true", help="longer rounds")
    full = parser.parse_args().full
    streams = 500 if full else 100
    both: dict[str, Callable[[Path], Any]] = {"ours": ours, "vcrpy": theirs}
    with tempfile.TemporaryDirectory() as name:
        many, one = Path(name) / "many", Path(name) / "one"
        for folder, count in ((many, streams), (one, 1)):
            folder.mkdir()
            write_recordings(folder, count)
        transport_class(httpx)
        played: dict[str, list[float]] = {key: [] for key in both}
        opened: dict[str, list[float]] = {key: [] for key in both}
        for using in both.values():
            play(using, one, 1)
        for _ in range(ROUNDS):
            for key, using in both.items():
                played[key].append(play(using, many, streams))
                opened[key].append(setup(using, one, 100 if full else 20))
    play_ms = {key: statistics.median(some) for key, some in played.items()}
    open_ms = {key: statistics.median(some) for key, some in opened.items()}
    ratio = play_ms["ours"] / play_ms["vcrpy"]
    print(
        f"a stream of 50 events: {play_ms['ours']:.3f} ms, vcrpy {play_ms['vcrpy']:.3f} ms: {ratio:.2f} of it"
    )
    print(
        f"set-up of a test: {open_ms['ours']:.3f} ms, vcrpy {open_ms['vcrpy']:.3f} ms (target: {SETUP_MS} ms)"
    )
    missed = ratio > 1 or open_ms["ours"] > SETUP_MS
    print("MISSED" if missed else "met")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
