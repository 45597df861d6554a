"""What redaction and detection cost on ordinary traffic, and that the cost grows with the bytes alone.

    python benchmarks/redaction.py               a quarter of a minute

The traffic is made up: streams of 50 events as Chat Completions, Responses and Anthropic Messages send them, with
ids, obfuscation, logprobs and a signature, in reads of 1,448 bytes that end where they end. Contenders take turns;
figures are medians of the rounds, in processor time. Exits with 1 when a target is missed.
"""

from __future__ import annotations

import json
import random
import sys
from itertools import pairwise
from statistics import median
from time import get_clock_info, perf_counter, process_time
from typing import TYPE_CHECKING

from harness.cassettes.redaction.detector import Detector
from harness.cassettes.redaction.redactor import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ROUNDS = 9
READ = 1448
REDACTOR_TARGET_US = 15.0
DETECTOR_TARGET_US = 6.0
DOUBLING_TARGET = 2.6
VALUES = {
    "OPENAI_API_KEY": "sk-proj-Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1KiOoXy5EzW0VrNqBhSd3PlMc",
    "HF_TOKEN": "hf_Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1K",
    "DB_PASSWORD": "correct-horse-9-battery",
}
AWKWARD = (
    b" sk-", b"hf_", b"eyJ", b"?key=", b'"api_key":', b'"api_key":"x', b'\\"api_key\\":\\"x', b"Bearer a", b"://a:",
    b"-----BEGIN PRIVATE KEY-----", b'name="api_key"\r\n', b"arn:aws:", b"sk-a1B2c3D4 ", b"\\", b'"', b"=",
)  # fmt: skip

# Time on the processor leaves out what other programs take; where it ticks too coarsely, the wall clock must do.
clock = process_time if get_clock_info("process_time").resolution < 1e-5 else perf_counter


def main() -> int:
    """Measure, print, and say whether a target was missed."""
    missed = throughput() + doubling()
    for target in missed:
        print(f"missed: {target}")
    return bool(missed)


def throughput() -> list[str]:
    """Microseconds per read of 1,448 bytes of ordinary traffic."""
    stream = traffic()
    reads = [stream[start : start + READ] for start in range(0, len(stream), READ)]
    missed = []
    cases: dict[str, Mapping[str, str]] = {"no variables": {}, "three variables": VALUES}
    for title, values in cases.items():
        redactor, detector = Redactor(values=values), Detector(values=values)
        redaction = per_read(reads, [redactor.body((), "response.body").feed for _ in range(ROUNDS)])
        detection = per_read(reads, [detector.find] * ROUNDS)
        print(
            f"{title:>16}: redactor {redaction:5.1f} us, detector {detection:5.1f} us a read of {READ} bytes"
        )
        if redaction > REDACTOR_TARGET_US:
            missed.append(f"redactor, {title}: {redaction:.1f} us, target {REDACTOR_TARGET_US}")
        if detection > DETECTOR_TARGET_US:
            missed.append(f"detector, {title}: {detection:.1f} us, target {DETECTOR_TARGET_US}")
    return missed


def per_read(reads: list[bytes], rounds: Sequence[Callable[[bytes], object]]) -> float:
    """Median over the rounds of the microseconds that one read takes."""
    times = []
    for take in rounds:
        began = clock()
        for read in reads:
            take(read)
        times.append(clock() - began)
    return median(times) / len(reads) * 1e6


def doubling() -> list[str]:
    """The worst text that rules could be fed: twice as much of it takes twice as long, in reads and in one piece."""
    missed = []
    worst = 0.0
    redactor, detector = Redactor(values=VALUES), Detector(values=VALUES)
    for pattern in AWKWARD:
        seconds: list[list[float]] = [[], [], []]
        for _ in range(3):
            for place, size in enumerate((1 << 16, 1 << 17, 1 << 18)):
                text = (pattern * (size // len(pattern) + 1))[:size]
                body = redactor.body((), "response.body")
                began = clock()
                for start in range(0, size // 2, READ):
                    body.feed(text[start : min(start + READ, size // 2)])
                body.feed(text[size // 2 :])
                body.finish()
                detector.find(text)
                seconds[place].append(clock() - began)
        least = [min(times) for times in seconds]
        growth = max(later / max(earlier, 2e-3) for earlier, later in pairwise(least))
        worst = max(worst, growth)
        if growth > DOUBLING_TARGET:
            missed.append(f"doubling {pattern!r}: {growth:.2f}x, target {DOUBLING_TARGET}x")
    print(f"awkward text that doubles from 64 to 256 kB: {worst:.2f}x at worst")
    return missed


def traffic() -> bytes:
    """About a megabyte of ordinary streams."""
    dice = random.Random(7)
    events: list[bytes] = []
    while len(events) < 4000:
        identity = drawn(dice, 29)
        for number in range(50):
            word = " " + "".join(dice.choice("etaoinshrdlu") for _ in range(dice.randint(2, 9)))
            events.append(event(dice, identity, number, word))
    return b"".join(events)


def event(dice: random.Random, identity: str, number: int, word: str) -> bytes:
    """One event of one of three APIs."""
    kind = dice.choice(("chat", "responses", "anthropic"))
    body: dict[str, object]
    if kind == "chat":
        choice = {
            "index": 0,
            "delta": {"content": word},
            "logprobs": {
                "content": [
                    {"token": word, "logprob": -0.1, "bytes": list(word.encode()), "top_logprobs": []}
                ]
            },
            "finish_reason": None,
        }
        body = {
            "id": f"chatcmpl-{identity}",
            "object": "chat.completion.chunk",
            "created": 1763688600,
            "model": "gpt-4o-mini-2024-07-18",
            "service_tier": "default",
            "system_fingerprint": "fp_44709d6fcb",
            "choices": [choice],
            "obfuscation": drawn(dice, 11),
        }
        return b"data: " + dumped(body) + b"\n\n"
    if kind == "responses":
        body = {
            "type": "response.output_text.delta",
            "item_id": f"msg_{identity}{identity}",
            "output_index": 0,
            "content_index": 0,
            "delta": word,
            "logprobs": [],
            "sequence_number": number,
            "obfuscation": drawn(dice, 13),
        }
        return b"event: response.output_text.delta\ndata: " + dumped(body) + b"\n\n"
    delta = (
        {"type": "text_delta", "text": word}
        if number % 9
        else {"type": "signature_delta", "signature": drawn(dice, 300)}
    )
    body = {"type": "content_block_delta", "index": 0, "delta": delta}
    return b"event: content_block_delta\ndata: " + dumped(body) + b"\n\n"


def drawn(dice: random.Random, length: int) -> str:
    """Letters and digits drawn by lot, as in ids."""
    return "".join(dice.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", k=length))


def dumped(body: object) -> bytes:
    """JSON as servers write it."""
    return json.dumps(body, separators=(",", ":")).encode()


if __name__ == "__main__":
    sys.exit(main())
