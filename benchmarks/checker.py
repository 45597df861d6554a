"""Speed of the checker with all rules on, against decoding alone and against the openai SDK, in one run.

    python -m benchmarks.checker [--profile]

The streams are made up here: Chat Completions text and tool calls, Responses text and function calls, as the API
sends them. Contenders take turns, times are processor time, and each ratio is the median of those of the rounds, so
that a busy machine does not matter. Prints where the time goes, too: decoding, schema, everything. One text in seven
and one piece of arguments in four has a character that JSON escapes: these are decoded and judged in full, and the
others are seen to be spelled like the one before (`harness.checking.likeness`), which is why the checker can be faster
than "+ schema".
Exits with 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
from statistics import median
from time import get_clock_info, perf_counter, process_time
from typing import TYPE_CHECKING, Any

import httpx2
import msgspec
import openai

from benchmarks.checker_streams import REQUESTS, calls, chat_text, chat_tools, text
from harness.checking.check import Check
from harness.checking.panel import Panel
from harness.checking.profiles import profile
from harness.dialects.registry import dialect
from harness.dialects.schema import schemas
from harness.rules.case import Case
from harness.sse.decoder import Decoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ROUNDS = 9
READ = 1448
OF_DECODING_TARGET, OF_DECODING_AIM = 0.35, 0.5
OVER_SDK_TARGET, OVER_SDK_AIM = 12.0, 20.0
GROWTH_TARGET = 1.3

clock = process_time if get_clock_info("process_time").resolution < 1e-5 else perf_counter


def main() -> int:
    """Measure, print, and return 1 where a target was missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--profile", action="store_true", help="show where the time goes, function by function"
    )
    options = parser.parse_args()
    kinds = {
        "chat text": chat_text,
        "chat tools": chat_tools,
        "responses text": text,
        "responses calls": calls,
    }
    if options.profile:
        show_profile([(name.split()[0], cut(make(20_000))) for name, make in kinds.items()])
        return 0
    missed = speeds({name: (name.split()[0], make(5_000)) for name, make in kinds.items()}) + growth(kinds)
    for line in missed:
        print("MISSED", line)
    return 1 if missed else 0


def speeds(streams: Mapping[str, tuple[str, bytes]]) -> list[str]:
    """Every contender on every stream, and on all together."""
    contenders: dict[str, Callable[[str, list[bytes]], int]] = {
        "decoding": lambda _, reads: by_decoding(reads),
        "+ schema": by_schema,
        "checker": by_checker,
        "openai": by_openai,
    }
    print(f"microseconds an event, reads of {READ} bytes, median of {ROUNDS}; ratios against the checker")
    print(
        f"{'stream':>16} {'events':>7} "
        + " ".join(f"{name:>9}" for name in contenders)
        + "  of decoding  x openai"
    )
    missed, totals = [], {name: [0.0] * ROUNDS for name in contenders}
    for title, (spoken, body) in streams.items():
        reads = cut(body)
        count = by_decoding(reads)
        times: dict[str, list[float]] = {name: [] for name in contenders}
        for round_ in range(ROUNDS):
            for name, run in contenders.items():
                began = clock()
                run(spoken, reads)
                times[name].append(clock() - began)
                totals[name][round_] += times[name][-1]
        row(title, count, times)
    of_decoding, over_sdk = row("all", 0, totals)
    print(f"aim: {OF_DECODING_AIM} of decoding, {OVER_SDK_AIM:.0f}x openai")
    if of_decoding < OF_DECODING_TARGET:
        missed.append(f"{of_decoding:.2f} of the speed of decoding, target {OF_DECODING_TARGET}")
    if over_sdk < OVER_SDK_TARGET:
        missed.append(f"{over_sdk:.1f}x the openai SDK, target {OVER_SDK_TARGET}")
    return missed


def row(title: str, count: int, times: dict[str, list[float]]) -> tuple[float, float]:
    """Print one line; the two ratios."""
    of_decoding = median(a / b for a, b in zip(times["decoding"], times["checker"], strict=True))
    over_sdk = median(a / b for a, b in zip(times["openai"], times["checker"], strict=True))
    each = [median(seconds) / (count or 1) * 1e6 for seconds in times.values()]
    shown = " ".join(f"{one:9.2f}" if count else f"{'':>9}" for one in each)
    print(f"{title:>16} {count or '':>7} {shown} {of_decoding:12.2f} {over_sdk:9.1f}")
    return of_decoding, over_sdk


def growth(kinds: Mapping[str, Callable[[int], bytes]]) -> list[str]:
    """What an event costs in a stream of 20,000, against one of 1,000."""
    missed = []
    for title, make in kinds.items():
        spoken = title.split()[0]
        short, long = cut(make(1_000)), cut(make(20_000))
        ratios = []
        for _ in range(ROUNDS):
            began = clock()
            for _ in range(20):
                by_checker(spoken, short)
            between = clock()
            by_checker(spoken, long)
            ratios.append((clock() - between) / (between - began))
        print(f"{title}: an event of 20,000 costs {median(ratios):.2f}x one of 1,000")
        if median(ratios) > GROWTH_TARGET:
            missed.append(f"growth, {title}: {median(ratios):.2f}x, target {GROWTH_TARGET}x")
    return missed


def by_decoding(reads: list[bytes]) -> int:
    """SSE and JSON, and nothing else."""
    decoder, decode, count = Decoder(), msgspec.json.Decoder().decode, 0
    for data in reads:
        for event in decoder.feed(data):
            if event.data != b"[DONE]":
                decode(event.data)
            count += 1
    return count


def by_schema(spoken: str, reads: list[bytes]) -> int:
    """The same, with the compiled schema of each event."""
    decoder, decode, count = Decoder(), msgspec.json.Decoder().decode, 0
    known = schemas(dialect(spoken).schema)
    kind_of = dialect(spoken).kind
    validators: dict[str | None, Any] = {}
    for data in reads:
        for event in decoder.feed(data):
            count += 1
            if event.data == b"[DONE]":
                continue
            body = decode(event.data)
            kind = kind_of(body)
            if kind not in validators:
                validator = known.validator(kind or "")
                validators[kind] = validator.is_valid if validator else bool
            validators[kind](body)
    return count


def by_checker(spoken: str, reads: list[bytes]) -> int:
    """All rules on; a finding would be a defect of this benchmark."""
    check = new_check(spoken)
    for data in reads:
        check.feed(data)
    check.finish()
    assert not check.findings, check.findings[:3]
    return check.case.wire.bytes


def new_check(spoken: str) -> Check:
    """A check with all rules on, of which the request is known."""
    rules, speaks = profile("openai"), dialect(spoken)
    asked = speaks.asked(
        "/v1/responses" if spoken == "responses" else "/v1/chat/completions", REQUESTS[spoken]
    )
    case: Case[Any] = Case(speaks, speaks.machine(asked))
    case.asked = asked
    return Check(case, Panel(rules, spoken, streamed=True, known=["request"]), rules)


def by_openai(spoken: str, reads: list[bytes]) -> int:
    """The SDK's own parsing, without its accumulating helper."""

    def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=_Reads(reads))

    client = openai.OpenAI(
        api_key="none",
        base_url="http://upstream.invalid/v1",
        http_client=httpx2.Client(transport=httpx2.MockTransport(answer)),
    )
    if spoken == "chat":
        chat = client.chat.completions.create(model="m", messages=[], stream=True)
        return sum(1 for _ in chat)
    return sum(1 for _ in client.responses.create(model="m", input="x", stream=True))


class _Reads(httpx2.SyncByteStream):
    def __init__(self, reads: list[bytes]) -> None:
        self._reads = reads

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._reads)


def show_profile(streams: list[tuple[str, list[bytes]]]) -> None:
    """Where the checker's time goes."""
    profiler = cProfile.Profile()
    profiler.enable()
    for spoken, reads in streams:
        by_checker(spoken, reads)
    profiler.disable()
    pstats.Stats(profiler).sort_stats("tottime").print_stats(20)


def cut(stream: bytes) -> list[bytes]:
    """The reads in which a stream comes."""
    return [stream[at : at + READ] for at in range(0, len(stream), READ)]


if __name__ == "__main__":
    sys.exit(main())
