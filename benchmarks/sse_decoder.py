"""Speed of the SSE decoder against the decoders of the openai SDK and of httpx-sse, on one machine in one run.

    python benchmarks/sse_decoder.py

The streams are made up here: five kinds as five kinds of server send them (Chat Completions text, Responses
text, Chat Completions tool calls, Anthropic, Gemini with CRLF), with events of about the median
size of real ones (320, 260, 290, 135 and 440 bytes). Contenders take turns, times are processor time, and each
ratio is the median of those of the rounds, so that a busy machine does not matter. Exits with 1 when a target
is missed.
"""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from statistics import median
from time import get_clock_info, perf_counter, process_time
from typing import TYPE_CHECKING

import httpx
import httpx_sse
from openai._streaming import SSEDecoder

from harness.sse.blocks import BlockSplitter
from harness.sse.decoder import Decoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROUNDS = 9
READ_SIZES = (64, 1448, 65536)
OPENAI_TARGETS = {64: 3.0, 1448: 5.0, 65536: 5.0}
HTTPX_SSE_TARGET = 1.5
DOUBLING_TARGET = 2.5
STREAM_BYTES = 400_000

# Time on the processor leaves out what other programs take; where it ticks too coarsely, the wall clock must do.
clock = process_time if get_clock_info("process_time").resolution < 1e-5 else perf_counter

WORDS = (
    "The",
    " quick",
    " brown",
    " fox",
    " jumps",
    " over",
    " the",
    " lazy",
    " dog",
    ".",
    " Grüße",
    " 日本",
    " 🙂",
    "\n\n",
)


def main() -> int:
    """Measure, print, and return 1 where a target was missed."""
    streams = [make() for make in (chat, responses, tools, anthropic, gemini)]
    missed = compare(streams) + doubling()
    for line in missed:
        print("MISSED", line)
    return 1 if missed else 0


def compare(streams: Sequence[bytes]) -> list[str]:
    """Speed on the mix of all streams, at every read size."""
    total = sum(map(len, streams))
    contenders: dict[str, Callable[[list[bytes]], int]] = {
        "harness": by_harness,
        "openai": by_openai,
        "httpx-sse": by_httpx_sse,
        "blocks": by_blocks,
    }
    missed = []
    print(f"{total / 1e6:.1f} MB of streams; MB/s, median of {ROUNDS}; x = times the speed of the other")
    print(
        f"{'read':>6} {'harness':>9} {'openai':>9} {'httpx-sse':>10} {'splitter':>9} "
        f"{'x openai':>9} {'x httpx-sse':>12}"
    )
    for size in READ_SIZES:
        inputs = [cut(stream, size) for stream in streams]
        counts = {name: [decode(reads) for reads in inputs] for name, decode in contenders.items()}
        assert counts["harness"] == counts["openai"] == counts["httpx-sse"] == counts["blocks"], counts
        times: dict[str, list[float]] = {name: [] for name in contenders}
        for _ in range(ROUNDS):
            for name, decode in contenders.items():
                began = clock()
                for reads in inputs:
                    decode(reads)
                times[name].append(clock() - began)
        speeds = [total / median(seconds) / 1e6 for seconds in times.values()]
        over_openai = ratio(times["openai"], times["harness"])
        over_httpx_sse = ratio(times["httpx-sse"], times["harness"])
        print(
            "{:>6} {:>9.0f} {:>9.0f} {:>10.0f} {:>9.0f} {:>9.1f} {:>12.1f}".format(
                size, *speeds, over_openai, over_httpx_sse
            )
        )
        if over_openai < OPENAI_TARGETS[size]:
            missed.append(f"{size}-byte reads: {over_openai:.2f}x openai, target {OPENAI_TARGETS[size]}x")
        if over_httpx_sse < HTTPX_SSE_TARGET:
            missed.append(f"{size}-byte reads: {over_httpx_sse:.2f}x httpx-sse, target {HTTPX_SSE_TARGET}x")
    return missed


def doubling() -> list[str]:
    """Cost of one event that doubles in size, in 64-byte reads: one data line, and many short ones."""
    missed = []
    sizes = [250_000 * 2**power for power in range(4)]
    for title, make in (
        ("one line", one_line),
        ("short lines", short_lines),
        ("short CRLF lines", short_crlf_lines),
    ):
        inputs = [cut(make(size), 64) for size in sizes]
        # The allocator asks the system for large blocks until it has seen one so large returned, and the pages
        # of those cost more than the decoding: one larger event first leaves that out.
        by_harness(cut(make(2 * sizes[-1]), 64))
        times: list[list[float]] = [[] for _ in sizes]
        for _ in range(ROUNDS):
            for reads, seconds in zip(inputs, times, strict=True):
                began = clock()
                assert by_harness(reads) == 1
                seconds.append(clock() - began)
        medians = [median(seconds) for seconds in times]
        ratios = [ratio(later, earlier) for earlier, later in pairwise(times)]
        shown = ", ".join(f"{seconds * 1e3:.1f}" for seconds in medians)
        print(
            f"one event of 0.25, 0.5, 1, 2 MB, {title}: {shown} ms; x "
            + ", ".join(f"{r:.2f}" for r in ratios)
        )
        missed += [f"doubling, {title}: {r:.2f}x" for r in ratios if r > DOUBLING_TARGET]
    return missed


def ratio(slower: list[float], faster: list[float]) -> float:
    """Median of the ratios of times that were measured one after the other."""
    return median(one / other for one, other in zip(slower, faster, strict=True))


def by_harness(reads: list[bytes]) -> int:
    """Number of events that this project's decoder finds."""
    decoder = Decoder()
    count = 0
    for read in reads:
        for _event in decoder.feed(read):
            count += 1
    return count


def by_openai(reads: list[bytes]) -> int:
    """Number of events that the openai SDK's decoder finds."""
    return sum(1 for _event in SSEDecoder().iter_bytes(iter(reads)))


def by_httpx_sse(reads: list[bytes]) -> int:
    """Number of events that httpx-sse finds in a response with this body."""
    response = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Body(reads))
    return sum(1 for _event in httpx_sse.EventSource(response).iter_sse())


def by_blocks(reads: list[bytes]) -> int:
    """Number of blocks that the recorder would put on lines."""
    splitter = BlockSplitter()
    return sum(1 for read in reads for _block in splitter.feed(read))


class Body(httpx.SyncByteStream):
    """A body that comes in these reads."""

    def __init__(self, reads: list[bytes]) -> None:
        self.reads = reads

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.reads)


def cut(stream: bytes, size: int) -> list[bytes]:
    """The stream in reads of `size` bytes."""
    return [stream[start : start + size] for start in range(0, len(stream), size)]


def one_line(size: int) -> bytes:
    """One event with one long data line."""
    return b"data: " + b"x" * size + b"\n\n"


def short_lines(size: int) -> bytes:
    """One event of many short data lines."""
    return b"data: 12345678\n" * (size // 15) + b"\n"


def short_crlf_lines(size: int) -> bytes:
    """One event of many short data lines that end with CRLF."""
    return b"data: 12345678\r\n" * (size // 16) + b"\r\n"


def chat() -> bytes:
    """Text of the Chat Completions API."""

    def chunk(number: int) -> bytes:
        body = {
            "id": "chatcmpl-B0000000000000000000000000000",
            "object": "chat.completion.chunk",
            "created": 1760000000,
            "model": "made-up-1",
            "service_tier": "default",
            "system_fingerprint": "fp_0000000000",
            "choices": [
                {"index": 0, "delta": {"content": word(number)}, "logprobs": None, "finish_reason": None}
            ],
            "usage": None,
            "obfuscation": "x" * (number % 16),
        }
        return b"data: " + dumped(body) + b"\n\n"

    return filled(chunk) + b"data: [DONE]\n\n"


def responses() -> bytes:
    """Text of the Responses API."""

    def event(number: int) -> bytes:
        body = {
            "type": "response.output_text.delta",
            "sequence_number": number,
            "item_id": "msg_" + "0" * 48,
            "output_index": 0,
            "content_index": 0,
            "delta": word(number),
            "logprobs": [],
            "obfuscation": "x" * (number % 16),
        }
        return b"event: response.output_text.delta\ndata: " + dumped(body) + b"\n\n"

    return filled(event)


def tools() -> bytes:
    """Arguments of a tool call in the Chat Completions API."""

    def chunk(number: int) -> bytes:
        call = {"index": 0, "function": {"arguments": f'"key{number}":'}}
        body = {
            "id": "chatcmpl-B0000000000000000000000000000",
            "object": "chat.completion.chunk",
            "created": 1760000000,
            "model": "made-up-1",
            "system_fingerprint": "fp_0000000000",
            "choices": [{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": None}],
        }
        return b"data: " + dumped(body) + b"\n\n"

    return filled(chunk) + b"data: [DONE]\n\n"


def anthropic() -> bytes:
    """Text of the Anthropic Messages API, with its pings."""

    def event(number: int) -> bytes:
        if number % 50 == 0:
            return b'event: ping\ndata: {"type": "ping"}\n\n'
        body = {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": "".join(word(number + offset) for offset in range(4))},
        }
        return b"event: content_block_delta\ndata: " + dumped(body) + b"\n\n"

    return filled(event)


def gemini() -> bytes:
    """Text of the Gemini API, whose lines end with CRLF and whose events are few and long."""

    def event(number: int) -> bytes:
        text = "".join(word(number + offset) for offset in range(20))
        body = {
            "candidates": [{"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}],
            "promptTokensDetails": [
                {"modality": "TEXT", "tokenCount": 8},
                {"modality": "THOUGHT", "tokenCount": number},
            ],
            "usageMetadata": {
                "promptTokenCount": 8,
                "candidatesTokenCount": number,
                "totalTokenCount": number + 8,
            },
            "modelVersion": "made-up-2",
            "responseId": "0" * 22,
        }
        return b"data: " + dumped(body) + b"\r\n\r\n"

    return filled(event)


def word(number: int) -> str:
    """A word of the text."""
    return WORDS[number % len(WORDS)]


def dumped(body: object) -> bytes:
    """JSON as servers write it."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def filled(event: Callable[[int], bytes]) -> bytes:
    """So many events that a stream has its size."""
    events: list[bytes] = []
    size = 0
    while size < STREAM_BYTES:
        events.append(event(len(events)))
        size += len(events[-1])
    return b"".join(events)


if __name__ == "__main__":
    sys.exit(main())
