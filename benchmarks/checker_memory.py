"""How much memory the checker takes: for many streams one after another, and for one that does not end.

    python -m benchmarks.checker_memory [--full]

100 MB of streams (with --full: 1 GB) pass through a process of its own, which tells its peak of resident memory after
the first streams have made it load all that it needs, and after all; and so does one stream of that size. The rules on
what deltas amount to must keep the text, so that is allowed for, in the one stream: `TEXT_COPIES` times its size,
since what is done is compared with what was kept. Exits with 1 where the peak grows by more than `GROWTH_MB` beyond.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from itertools import count
from typing import TYPE_CHECKING

from benchmarks.checker import cut, new_check
from benchmarks.checker_streams import calls, chat_text, chat_tools, delta, text
from benchmarks.memory import peak_mb

if TYPE_CHECKING:
    from collections.abc import Iterator

GROWTH_MB = 10.0
TEXT_COPIES = 2
READ = 1_448
KINDS = ("streams", "one-stream")


def main() -> int:
    """Measure in child processes; 1 where a target was missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--full", action="store_true", help="1 GB instead of 100 MB")
    parser.add_argument("--child", choices=KINDS, help=argparse.SUPPRESS)
    parser.add_argument("--megabytes", type=int, default=100, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(*(many if options.child == "streams" else one)(options.megabytes))
        return 0
    megabytes = 1_000 if options.full else options.megabytes
    missed = 0
    for kind in KINDS:
        command = [
            sys.executable,
            "-m",
            "benchmarks.checker_memory",
            "--child",
            kind,
            "--megabytes",
            str(megabytes),
        ]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        before, after, kept = map(float, told)
        growth = after - before
        allowed = GROWTH_MB + TEXT_COPIES * kept
        missed |= growth > allowed
        print(
            f"{kind}: {megabytes} MB, peak {before:.1f} -> {after:.1f} MB: +{growth:.1f}, of which text {kept:.1f}"
        )
    return missed


def many(megabytes: int) -> tuple[float, float, float]:
    """Peak before and after many streams of 1,000 events; no text is kept."""
    streams = [(kind.split("_")[0], cut(make(1_000))) for kind, make in MADE.items()]
    before = 0.0
    seen = 0
    for number in count():
        spoken, reads = streams[number % len(streams)]
        check = new_check(spoken)
        for data in reads:
            check.feed(data)
            seen += len(data)
        check.finish()
        if number == 2 * len(streams):
            before = peak_mb()
        if seen >= megabytes * 1_000_000:
            return before, peak_mb(), 0.0
    raise AssertionError


MADE = {"chat_text": chat_text, "chat_tools": chat_tools, "responses_text": text, "responses_calls": calls}


def one(megabytes: int) -> tuple[float, float, float]:
    """Peak before and after one stream, and the megabytes of its text."""
    many(4)
    check = new_check("chat")
    before = peak_mb()
    characters = 0
    for data, length in _endless(megabytes):
        check.feed(data)
        characters += length
    check.feed(delta({}, "stop") + b"data: [DONE]\n\n")
    check.finish()
    return before, peak_mb(), characters / 1e6


def _endless(megabytes: int) -> Iterator[tuple[bytes, int]]:
    word = " word"
    first, event = delta({"role": "assistant", "content": "", "refusal": None}), delta({"content": word})
    yield first, 0
    block = event * (1_000_000 // len(event))
    for _ in range(megabytes):
        for data in cut(block):
            yield data, 0
        yield b"", len(block) // len(event) * len(word)


if __name__ == "__main__":
    sys.exit(main())
