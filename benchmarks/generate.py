"""Time that a generated example takes, beside a plain hypothesis strategy of JSON values in the same run.

    python benchmarks/generate.py [--json FILE]

Each strategy is drawn from as `@given` does, with generation alone: no database, no shrinking. An example's time is
that from the end of one test body to the beginning of the next: hypothesis' own work, the drawing, and the rendering
to bytes. Times are processor time, so that a busy machine does not matter. The peer is the usual way to make JSON up,
`st.recursive` over dictionaries, with about as many leaves; what it makes is written as JSON, and means nothing.
Exits with 1 when a median is not under 5 ms.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import median, quantiles
from time import get_clock_info, perf_counter, process_time
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from harness.generate import (
    anthropic_streams,
    broken,
    chat_streams,
    conversations,
    gemini_streams,
    requests,
    responses_streams,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

EXAMPLES = 600
TARGET_MS = 5.0

clock = process_time if get_clock_info("process_time").resolution < 1e-5 else perf_counter


class Timed(NamedTuple):
    """What the examples of one strategy took, in milliseconds, and how large they were, in bytes."""

    median_ms: float
    ninth_decile_ms: float
    median_bytes: float


def main(arguments: list[str]) -> int:
    """Measure, print, and return 1 where a median is not under the target."""
    json_values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=6),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
        max_leaves=20,
    )
    strategies: Mapping[str, st.SearchStrategy[Any]] = {
        "chat_streams()": chat_streams(),
        "responses_streams()": responses_streams(),
        "anthropic_streams()": anthropic_streams(),
        "gemini_streams()": gemini_streams(),
        "broken(chat_streams())": broken(chat_streams()),
        "broken(responses_streams())": broken(responses_streams()),
        "conversations()": conversations().map(lambda scenario: as_bytes(scenario.asks.responses)),
        'requests("chat")': requests("chat").map(as_bytes),
        'requests("responses")': requests("responses").map(as_bytes),
        "st.recursive (peer)": json_values.map(as_bytes),
    }
    found = {name: timed(strategy) for name, strategy in strategies.items()}
    peer = found["st.recursive (peer)"].median_ms
    print(f"{EXAMPLES} examples each; ms of processor time an example; x = times the peer's median")
    print(f"{'strategy':<30} {'median':>8} {'9 of 10':>8} {'bytes':>8} {'x peer':>7}")
    for name, one in found.items():
        print(
            f"{name:<30} {one.median_ms:>8.2f} {one.ninth_decile_ms:>8.2f} {one.median_bytes:>8.0f} "
            f"{one.median_ms / peer:>7.1f}"
        )
    if arguments[:1] == ["--json"]:
        told = {name: one._asdict() | {"times_peer": one.median_ms / peer} for name, one in found.items()}
        Path(arguments[1]).write_text(json.dumps({"examples": EXAMPLES, "strategies": told}, indent=2) + "\n")
    missed = [name for name, one in found.items() if one.median_ms >= TARGET_MS and "peer" not in name]
    for name in missed:
        print(f"MISSED {name}: {found[name].median_ms:.2f} ms, target {TARGET_MS} ms")
    return 1 if missed else 0


def as_bytes(value: Any) -> bytes:
    """What it is as JSON: of a conversation its first request."""
    return json.dumps(value).encode()


def timed(strategy: st.SearchStrategy[Any]) -> Timed:
    """Draw many examples."""
    times: list[float] = []
    sizes: list[int] = []
    ended = clock()

    @seed(1)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def take(example: Any) -> None:
        nonlocal ended
        times.append((clock() - ended) * 1000)
        sizes.append(len(example if isinstance(example, bytes) else example.body))
        ended = clock()

    take()
    return Timed(median(times), quantiles(times, n=10)[-1], median(sizes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
