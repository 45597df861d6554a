"""Cassettes on disk: load and save against vcrpy, the recorder's cost per chunk, and memory on huge recordings.

    python benchmarks/cassette_files.py               a quarter of a minute
    python benchmarks/cassette_files.py --gigabyte    the same with recordings of 1 GB; some minutes, 3 GB of disk

The cassette has 10 MB of made-up streams of 50 events (Responses and Chat Completions in turn) under the headers
that the OpenAI SDK sends and OpenAI answers with. Both sides go to and from a file; ours is carried to the disk with
fsync, checked row by row and hashed, and all its bodies are read. Contenders take turns; each ratio is the median of
those of the rounds. Memory is the peak of a process of its own, above the peak of a small recording. Exits with 1
when a target is missed.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import get_clock_info, perf_counter, process_time
from typing import TYPE_CHECKING

from harness.cassettes.exchange import Cassette, Chunk, Ending, Exchange, How, Request, Response
from harness.cassettes.recording import Recording
from harness.cassettes.redaction.detector import Detector
from harness.cassettes.redaction.redactor import Redactor
from harness.io.files import read_cassette, seal, write_cassette
from harness.io.partfile import PartFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.cassettes.exchange import Headers, Redaction
    from harness.cassettes.recording import Detects, Hides, Sees
    from harness.jsonvalue import JsonValue

ROUNDS = 7
LOAD_TARGET = 0.5
SAVE_TARGET = 0.2
CHUNK_TARGET_US = 30.0
BARE_CHUNK_TARGET_US = 15.0
MEMORY_TARGET_MB = 10.0
CASSETTE_BYTES = 10_000_000
READ = 1448

# Time on the processor leaves out what other programs take; where it ticks too coarsely, the wall clock must do.
clock = process_time if get_clock_info("process_time").resolution < 1e-5 else perf_counter

HEAD: dict[str, JsonValue] = {
    "tool": "harness benchmark",
    "recorded": "2026-11-21T01:30:00Z",
    "timing": "wire",
}
STAINLESS = (
    "arch",
    "async",
    "lang",
    "os",
    "package-version",
    "read-timeout",
    "retry-count",
    "runtime",
    "runtime-version",
)
LIMITS = [f"{kind}-{what}" for kind in ("limit", "remaining", "reset") for what in ("requests", "tokens")]
REQUEST_HEADERS: Headers = (
    ("Host", "api.openai.com"),
    ("accept", "application/json"),
    ("accept-encoding", "identity"),
    ("Connection", "keep-alive"),
    ("content-type", "application/json"),
    ("user-agent", "OpenAI/Python 3.52.0"),
    *((f"x-stainless-{name}", "3.11.7") for name in STAINLESS),
    ("authorization", "Bearer redacted-bearer-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
    ("Content-Length", "213"),
)
RESPONSE_HEADERS: Headers = (
    ("date", "Sat, 21 Nov 2026 01:30:00 GMT"),
    ("content-type", "text/event-stream; charset=utf-8"),
    ("transfer-encoding", "chunked"),
    ("connection", "keep-alive"),
    *((f"x-ratelimit-{name}", "29999") for name in LIMITS),
    *(
        (f"openai-{name}", "redacted-organization-x")
        for name in ("organization", "processing-ms", "project", "version")
    ),
    ("x-request-id", "req_0123456789abcdef0123456789abcdef"),
    ("cf-cache-status", "DYNAMIC"),
    ("set-cookie", "redacted-cookie-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
    ("strict-transport-security", "max-age=31536000; includeSubDomains; preload"),
    ("x-content-type-options", "nosniff"),
    ("server", "cloudflare"),
    ("cf-ray", "9a1b2c3d4e5f6a7b-FRA"),
    ("alt-svc", 'h3=":443"; ma=86400'),
)
BODY = json.dumps(
    {"model": "gpt-5", "stream": True, "input": "Tell me something about rivers. " * 5}
).encode()


def main() -> int:
    """Measure, print, and return 1 where a target was missed."""
    parser = argparse.ArgumentParser(description="Measure cassettes on disk.")
    parser.add_argument("--gigabyte", action="store_true", help="record and replay 1 GB instead of 64 MB")
    parser.add_argument("--child", nargs=3, metavar=("WORK", "KIND", "MEGABYTES"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.child:
            work, kind, size = options.child
            print(peak_growth(work, kind, int(size), Path(folder)))
            return 0
        missed = (
            against_vcrpy(Path(folder)) + per_chunk(Path(folder)) + memory(1000 if options.gigabyte else 64)
        )
    for line in missed:
        print("MISSED", line)
    return 1 if missed else 0


def responses_stream(seed: int) -> bytes:
    """A Responses stream of 50 events."""
    events: list[tuple[str, dict[str, JsonValue]]] = []
    item = f"msg_{seed:048x}"
    snapshot: JsonValue = {
        "id": f"resp_{seed:048x}",
        "object": "response",
        "created_at": 1_790_000_000 + seed,
        "status": "in_progress",
        "model": "gpt-5-2026-03-05",
        "instructions": "You are a helpful assistant.",
        "output": [],
        "usage": None,
        "temperature": 1.0,
        "top_p": 1.0,
        "tools": [],
        "truncation": "disabled",
    }
    events += [("response.created", {"response": snapshot}), ("response.in_progress", {"response": snapshot})]
    words = random.Random(seed)
    for _ in range(47):
        delta = words.choice((" river", " flows", " through", " the", " Köln", ",", " 日本", " and"))
        padding = "x" * words.randrange(16)
        text: dict[str, JsonValue] = {"item_id": item, "output_index": 0, "content_index": 0, "delta": delta}
        events.append(("response.output_text.delta", {**text, "logprobs": [], "obfuscation": padding}))
    events.append(("response.completed", {"response": snapshot}))
    return b"".join(
        f"event: {name}\ndata: {compact({'type': name, 'sequence_number': number, **body})}\n\n".encode()
        for number, (name, body) in enumerate(events)
    )


def chat_stream(seed: int) -> bytes:
    """A Chat Completions stream of 50 events."""
    words = random.Random(seed)
    events = [
        compact(
            {
                "id": f"chatcmpl-{seed:029x}",
                "object": "chat.completion.chunk",
                "created": 1_790_000_000 + seed,
                "model": "gpt-5-2026-03-05",
                "service_tier": "default",
                "system_fingerprint": "fp_0123456789",
                "choices": [
                    {
                        "index": 0,
                        "delta": {"content": words.choice((" river", " Köln", "\n\n"))},
                        "finish_reason": None,
                    }
                ],
                "obfuscation": "x" * words.randrange(16),
            }
        )
        for _ in range(49)
    ]
    return "".join(f"data: {event}\n\n" for event in [*events, "[DONE]"]).encode()


def compact(value: object) -> str:
    """JSON as the providers write it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def make_cassette() -> Cassette:
    """10 MB of streams."""
    exchanges: list[Exchange] = []
    total = 0
    while total < CASSETTE_BYTES:
        index = len(exchanges)
        body = responses_stream(index) if index % 2 else chat_stream(index)
        total += len(body)
        chunks = [Chunk(700 * at, body[at : at + READ]) for at in range(0, len(body), READ)]
        request = Request("POST", "https://api.openai.com/v1/responses", REQUEST_HEADERS, BODY)
        response = Response(200, RESPONSE_HEADERS, chunks, "OK", at_us=213_400)
        exchanges.append(Exchange(index, request, response, Ending(How.COMPLETE, 900_000), 1_000_000 * index))
    return Cassette(HEAD, exchanges)


def against_vcrpy(folder: Path) -> list[str]:
    """Time to save and to load, as a part of vcrpy's."""
    from vcr.persisters.filesystem import FilesystemPersister  # noqa: PLC0415 - a quarter of a second
    from vcr.request import Request as VcrRequest  # noqa: PLC0415
    from vcr.serializers import yamlserializer  # noqa: PLC0415

    cassette = make_cassette()
    theirs = {
        "requests": [
            VcrRequest(item.request.method, item.request.url, item.request.body, dict(item.request.headers))
            for item in cassette.exchanges
        ],
        "responses": [
            {
                "status": {"code": 200, "message": "OK"},
                "headers": {name: [value] for name, value in RESPONSE_HEADERS},
                "body": {"string": item.response.body()},
            }
            for item in cassette.exchanges
            if item.response is not None
        ],
    }
    ours, yaml = folder / "a.cassette.jsonl", folder / "a.yaml"
    size = 0
    times: dict[str, list[float]] = {
        name: [] for name in ("save", "vcrpy save", "load", "bodies", "vcrpy load")
    }
    for _ in range(ROUNDS):
        began = clock()
        write_cassette(cassette, ours)
        times["save"].append(clock() - began)
        began = clock()
        FilesystemPersister.save_cassette(yaml, theirs, yamlserializer)
        times["vcrpy save"].append(clock() - began)
        began = clock()
        again = read_cassette(ours)
        times["load"].append(clock() - began)
        began = clock()
        size = sum(len(item.response.body()) for item in again.exchanges if item.response is not None)
        times["bodies"].append(clock() - began)
        began = clock()
        FilesystemPersister.load_cassette(yaml, yamlserializer)
        times["vcrpy load"].append(clock() - began)
    whole = [load + bodies for load, bodies in zip(times["load"], times["bodies"], strict=True)]
    print(f"{size / 1e6:.1f} MB in {len(cassette.exchanges)} streams; ms, median of {ROUNDS}")
    for name, seconds in times.items():
        print(f"  {name:<11} {median(seconds) * 1e3:7.1f}")
    load, save = ratio(whole, times["vcrpy load"]), ratio(times["save"], times["vcrpy save"])
    print(f"  load and read all bodies {load:.2f}x vcrpy's load, save {save:.2f}x vcrpy's save")
    missed = [f"load: {load:.2f}x vcrpy, target {LOAD_TARGET}x"] if load > LOAD_TARGET else []
    return missed + ([f"save: {save:.2f}x vcrpy, target {SAVE_TARGET}x"] if save > SAVE_TARGET else [])


class NoBody:
    """Redacts nothing, to see what redaction costs."""

    decodes = False
    notes: tuple[str, ...] = ()
    redactions: Sequence[Redaction] = ()

    def feed(self, data: bytes) -> bytes:
        """All of it."""
        return data

    def finish(self) -> bytes:
        """Nothing."""
        return b""


class NoRedactor(Redactor):
    """Redacts no body."""

    def body(self, headers: Headers, where: str) -> NoBody:  # type: ignore[override]  # noqa: ARG002
        """One that redacts nothing."""
        return NoBody()


class NoDetector:
    """Finds nothing."""

    def find(self, data: bytes) -> Sequence[Sees]:  # noqa: ARG002 - the protocol's signature
        """Nothing."""
        return ()


def per_chunk(folder: Path) -> list[str]:
    """What the recorder costs for each read of 1,448 bytes, its write to the file included."""
    body = b"".join(responses_stream(seed) for seed in range(400))
    pieces = [body[at : at + READ] for at in range(0, len(body) - READ, READ)]
    secrets = {
        "OPENAI_API_KEY": "sk-proj-" + "Ab1Cd2Ef3Gh4" * 4,
        "ANTHROPIC_API_KEY": "sk-ant-" + "Zy9Xw8Vu7Ts6" * 4,
    }
    kinds: dict[str, tuple[Hides, Detects, float]] = {
        "with redaction": (Redactor(values=secrets), Detector(values=secrets), CHUNK_TARGET_US),
        "without": (NoRedactor(), NoDetector(), BARE_CHUNK_TARGET_US),
    }
    times: dict[str, list[float]] = {name: [] for name in kinds}
    for turn in range(ROUNDS):
        for name, (redactor, detector, _) in kinds.items():
            with PartFile(folder / f"{name}{turn}.cassette.jsonl") as part:
                recording = Recording(HEAD, redactor=redactor, detector=detector, sink=part.append)
                take = recording.begin(Request("POST", "http://127.0.0.1/v1", REQUEST_HEADERS, BODY), 1)
                take.respond(Response(200, RESPONSE_HEADERS), 2)
                began = clock()
                for at, piece in enumerate(pieces):
                    take.chunk(piece, at)
                times[name].append((clock() - began) / len(pieces) * 1e6)
                take.end(Ending(How.COMPLETE, 9))
                assert not recording.refusals
            part.path.unlink()
    missed = []
    for name, (_, _, target) in kinds.items():
        cost = median(times[name])
        print(f"recorder {name}: {cost:.1f} us a chunk of {READ} bytes (target {target:.0f})")
        if cost > target:
            missed.append(f"recorder {name}: {cost:.1f} us a chunk, target {target:.0f}")
    return missed


def memory(megabytes: int) -> list[str]:
    """How far memory grows with a recording of many megabytes, in a process for each."""
    missed = []
    for kind in ("events", "one event", "binary", "interleaved"):
        for work in ("record", "replay"):
            command = [sys.executable, __file__, "--child", work, kind, str(megabytes)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            growth = float(done.stdout)
            print(
                f"{work} {megabytes} MB, {kind}: memory grows by {growth:.1f} MB (target {MEMORY_TARGET_MB:.0f})"
            )
            if growth > MEMORY_TARGET_MB:
                missed.append(f"{work} {megabytes} MB, {kind}: {growth:.1f} MB")
    return missed


def peak_growth(work: str, kind: str, megabytes: int, folder: Path) -> float:
    """Record or replay a small recording, then a large one; how much higher the second peak is, in MB."""
    small = run(work, kind, 4, folder / "small.cassette.jsonl")
    return run(work, kind, megabytes, folder / "large.cassette.jsonl") - small


def run(work: str, kind: str, megabytes: int, path: Path) -> float:
    """Record and seal, or load and read; the peak memory of this process so far, in MB."""
    if work == "record":
        record(kind, megabytes, path)
    else:
        # Made by another process, so that its memory does not count.
        code = f"from cassette_files import record, Path; record({kind!r}, {megabytes}, Path({str(path)!r}))"
        subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parent)
        size = 0
        for item in read_cassette(path).exchanges:
            assert item.response is not None
            size += sum(len(chunk.data) for chunk in item.response.chunks)
        assert size >= megabytes * 1_000_000
    return peak_mb()


def peak_mb() -> float:
    """Peak memory of this process."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not getrusage: on Linux its peak begins with that of the parent process.
        return (
            next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))
            / 1e3
        )
    import resource  # noqa: PLC0415 - not on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


def record(kind: str, megabytes: int, path: Path) -> None:
    """Record so many megabytes, and seal."""
    streams = 20 if kind == "interleaved" else 1
    media = {"binary": "audio/mpeg"}.get(kind, "text/event-stream")
    with PartFile(path) as part:
        recording = Recording(HEAD, redactor=Redactor(), detector=Detector(), sink=part.append)
        takes = [recording.begin(Request("POST", "http://127.0.0.1/"), at) for at in range(streams)]
        for take in takes:
            take.respond(Response(200, (("content-type", media),)), 1)
        for at, piece in enumerate(stream(kind, megabytes)):
            takes[at % streams].chunk(piece, at)
        for take in takes:
            take.end(Ending(How.COMPLETE, 9))
        assert not recording.refusals
    seal(part.path)


def stream(kind: str, megabytes: int) -> Iterator[bytes]:
    """A body in reads of 16 kB (1,448 bytes where streams are interleaved)."""
    size = READ if kind == "interleaved" else 16_000
    block = {
        "events": b"".join(responses_stream(seed) for seed in range(10)),
        "interleaved": b"".join(responses_stream(seed) for seed in range(10)),
        "one event": b"data: " + "Grüße aus Köln ".encode() * 5_000,
        "binary": random.Random(1).randbytes(200_000),
    }[kind]
    block *= 2
    left = megabytes * 1_000_000
    at = 0
    while left > 0:
        yield block[at : at + size]
        at = (at + size) % (len(block) // 2)
        left -= size


def ratio(one: list[float], other: list[float]) -> float:
    """Median of the ratios of times that were measured one after the other."""
    return median(mine / theirs for mine, theirs in zip(one, other, strict=True))


if __name__ == "__main__":
    sys.exit(main())
