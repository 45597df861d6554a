"""Speed of the translation engine: what an event costs, against LiteLLM's bridges in the same run.

    python -m benchmarks.translation [--litellm PYTHON]

The streams are made up here: Chat Completions text and tool calls, Responses text and function calls. Every pair of
dialects is measured by itself (processor time, the fastest of the rounds), and an event of a stream of 20,000 against
one of 1,000. Then both engines read the same stream from a loopback server and translate it, in turns; PYTHON is an
interpreter that has LiteLLM (`nox -s bench` makes one). Exits with 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import process_time, thread_time
from typing import TYPE_CHECKING

import httpx

from benchmarks.checker import cut
from benchmarks.checker_streams import calls, chat_text, chat_tools, text
from benchmarks.peers.litellm_bridge import serve
from harness.translation.engine import answering, session_for
from harness.translation.ids import SeededMint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from harness.translation.engine import InboundDialect
    from harness.translation.profiles import UpstreamDialect

ROUNDS = 5
EVENT_AIM_US = 20.0
OF_LITELLM_TARGET = 0.1
GROWTH_TARGET = 1.3

STREAMS: dict[str, tuple[UpstreamDialect, Callable[[int], bytes]]] = {
    "chat text": ("chat", chat_text),
    "chat tools": ("chat", chat_tools),
    "responses text": ("responses", text),
    "responses calls": ("responses", calls),
}
CLIENTS: tuple[InboundDialect, ...] = ("chat", "responses")


def main() -> int:
    """Measure, print, and return 1 where a target was missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--litellm", type=Path, default=os.environ.get("HARNESS_LITELLM_PYTHON"))
    options = parser.parse_args()
    missed = engine()
    if options.litellm is None:
        missed.append(
            "no interpreter with LiteLLM was given (--litellm, HARNESS_LITELLM_PYTHON): nothing compared"
        )
    else:
        missed += against(options.litellm)
    for line in missed:
        print("MISSED", line)
    return 1 if missed else 0


def engine() -> list[str]:
    """What an event costs, for every stream and client."""
    missed = []
    print("microseconds an event, reads of 1448 bytes; growth is 20,000 events against 1,000")
    for title, (source, make) in STREAMS.items():
        for target in CLIENTS:
            short, long = (
                min(timed(source, target, cut(make(count))) for _ in range(ROUNDS)) / count * 1e6
                for count in (1_000, 20_000)
            )
            print(f"{title:>16} -> {target:<9} {long:6.2f}  growth {long / short:.2f}")
            if long > EVENT_AIM_US:
                missed.append(f"{title} to {target}: {long:.1f} us an event, aim {EVENT_AIM_US}")
            if long / short > GROWTH_TARGET:
                missed.append(f"{title} to {target}: growth {long / short:.2f}, target {GROWTH_TARGET}")
    return missed


def timed(source: UpstreamDialect, target: InboundDialect, reads: list[bytes]) -> float:
    """Seconds of processor time for one stream."""
    began = process_time()
    translate(source, target, reads)
    return process_time() - began


def translate(source: UpstreamDialect, target: InboundDialect, reads: Iterable[bytes]) -> int:
    """One stream through the engine; how many bytes came out."""
    answer = answering(session_for(source, mint=SeededMint(b""), now=lambda: 0), target)
    size = sum([len(answer.feed(data)) for data in reads]) + len(answer.finish())
    assert answer.error is None, answer.error
    return size


def against(python: Path) -> list[str]:
    """Both engines on the same streams from a socket: each opens a connection, reads, and translates."""
    missed = []
    directions: dict[str, tuple[UpstreamDialect, InboundDialect, bytes]] = {
        "chat-responses": ("chat", "responses", chat_text(2_000)),
        "responses-chat": ("responses", "chat", text(2_000)),
    }
    for name, (source, target, body) in directions.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "stream.sse"
            path.write_bytes(body)
            ours, theirs = [], []
            port = serve(body)
            for _ in range(ROUNDS):
                ours.append(over_http(source, target, port))
                driver = Path(__file__).parent / "peers" / "litellm_bridge.py"
                run = subprocess.run(
                    [str(python), str(driver), "1", f"{name}={path}"],
                    capture_output=True,
                    text=True,
                    check=True,
                )
                measured = json.loads(run.stdout.splitlines()[-1])[name]
                assert measured["events"] >= 1_000, measured
                theirs += measured["seconds"]
        ratio = median(mine / other for mine, other in zip(ours, theirs, strict=True))
        print(
            f"{name:>16}: {median(ours) / 2_000 * 1e6:6.1f} us an event with httpx, "
            f"LiteLLM {median(theirs) / 2_000 * 1e6:8.1f}: {ratio:.3f}x"
        )
        if ratio > OF_LITELLM_TARGET:
            missed.append(f"{name}: {ratio:.3f}x LiteLLM's time, target {OF_LITELLM_TARGET}")
    return missed


def over_http(source: UpstreamDialect, target: InboundDialect, port: int) -> float:
    """Seconds of processor time of this thread, for a stream read with httpx."""
    with httpx.Client(trust_env=False) as client:
        url = f"http://127.0.0.1:{port}/v1/x"
        began = thread_time()
        with client.stream("POST", url, json={"model": "m"}) as response:
            translate(source, target, response.iter_raw())
        return thread_time() - began


if __name__ == "__main__":
    sys.exit(main())
