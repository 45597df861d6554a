"""What a piece of a long answer costs, against one of an answer a quarter as long, in one run.

    python -m benchmarks.translation_growth

Each case is one in which a piece could have to look at, or to copy, those before it: calls that are open beside each
other, the sound of a long speech, thousands of output items whose ends bear other ids than their beginnings, blanks
before the input of a custom tool, a stop sequence as long as the text. The streams are made up here; times are
processor time, short and long take turns, and each counts with the fastest of its rounds, so that a busy machine does
not matter; and the garbage collector rests, whose passes come in steps. Where what has come is left alone, a piece
costs the same in both, and where it is not, up to four times as much. Exits with 1 when a target is missed.
"""

from __future__ import annotations

import gc
import sys
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.checker import clock
from benchmarks.checker_streams import Events, delta, response
from harness.translation.custom_input import CustomInput
from harness.translation.engine import answering, session_for
from harness.translation.ids import SeededMint
from harness.translation.stopping import Stops
from harness.turn.increments import TextDelta

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.translation.engine import InboundDialect
    from harness.translation.profiles import UpstreamDialect

    Run = Callable[[], None]

ROUNDS = 5
TIMES_AS_LONG = 4
GROWTH_TARGET = 1.3


def main() -> int:
    """Measure, print, and return 1 where a target was missed."""
    missed = []
    print(f"microseconds a piece; growth is against an answer of a {TIMES_AS_LONG}th of the pieces")
    for title, (pieces, prepare) in CASES.items():
        short, long = fastest(prepare(pieces // TIMES_AS_LONG), prepare(pieces))
        growth = long / short / TIMES_AS_LONG
        print(f"{title:>36}, {pieces:>7,} pieces {long / pieces * 1e6:8.2f}  growth {growth:.2f}")
        if growth > GROWTH_TARGET:
            missed.append(f"{title}: growth {growth:.2f}, target {GROWTH_TARGET}")
    for line in missed:
        print("MISSED", line)
    return 1 if missed else 0


def fastest(*runs: Run) -> list[float]:
    """Seconds of the fastest of several rounds, for each; what a run leaves behind is cleared away between them."""
    seconds: list[list[float]] = [[] for _ in runs]
    for _ in range(ROUNDS):
        for run, took in zip(runs, seconds, strict=True):
            gc.collect()
            gc.disable()
            try:
                began = clock()
                run()
                took.append(clock() - began)
            finally:
                gc.enable()
    return [min(took) for took in seconds]


# -- streams


def chat_calls(count: int) -> list[bytes]:
    """Chat Completions: calls that are all open until the end."""
    calls = [
        {
            "index": number,
            "id": f"call_{number}",
            "type": "function",
            "function": {"name": "f", "arguments": "{}"},
        }
        for number in range(count)
    ]
    return [*(delta({"tool_calls": [one]}) for one in calls), delta({}, "tool_calls"), b"data: [DONE]\n\n"]


def chat_sound(count: int) -> list[bytes]:
    """Chat Completions: a long speech."""
    piece = delta({"audio": {"data": "A" * 4_000}})
    first = delta({"role": "assistant", "audio": {"id": "a"}})
    return [first, *(count * [piece]), delta({}, "stop"), b"data: [DONE]\n\n"]


def responses_items(count: int) -> list[bytes]:
    """Responses: calls with an id of their own in each event, as some gateways send them, so that the call counts."""
    out = Events()
    out.add("response.created", response=response("in_progress", []))
    whole: list[object] = []
    for number in range(count):
        call = {"type": "function_call", "call_id": f"call_{number}", "name": "f"}
        begun = {**call, "id": f"begun_{number}", "status": "in_progress", "arguments": ""}
        out.add("response.output_item.added", output_index=number, item=begun)
        done = {**call, "id": f"done_{number}", "status": "completed", "arguments": "{}"}
        out.add("response.output_item.done", output_index=number, item=done)
        whole.append({**done, "id": f"whole_{number}"})
    out.add("response.completed", response=response("completed", whole))
    return out.parts


def translating(
    source: UpstreamDialect, target: InboundDialect, make: Callable[[int], list[bytes]], count: int
) -> Run:
    """A whole stream through the engine, and the whole answer at its end."""
    events = make(count)

    def run() -> None:
        answer = answering(session_for(source, mint=SeededMint(b""), now=lambda: 0), target)
        for event in events:
            answer.feed(event)
        assert answer.over, "the stream has no end"
        assert answer.error is None, answer.error
        assert answer.body()

    return run


# -- parts of the engine


def blanks(count: int) -> Run:
    """Blanks before the input of a custom tool, one by one."""
    pieces = [*(count * [" "]), '{ "input"', ' : "x', 'y"}']

    def run() -> None:
        decoder = CustomInput()
        assert "".join([decoder.feed(piece) for piece in pieces]) == "xy"

    return run


def stop_sequence(count: int) -> Run:
    """Text of which every second character may begin a stop sequence that is longer than it; a piece is two of them."""
    sequence, text = "ab" * (2 * count), "ac" * count + "aba"

    def run() -> None:
        stops = Stops([sequence])
        found = stops.feed(TextDelta(ref=1, text=text))
        assert (found.deltas, found.stopped) == ([], None)
        assert "".join([one.text for one in stops.flush().deltas]) == text

    return run


CASES: dict[str, tuple[int, Callable[[int], Run]]] = {
    "chat calls -> chat": (12_000, partial(translating, "chat", "chat", chat_calls)),
    "chat calls -> responses": (12_000, partial(translating, "chat", "responses", chat_calls)),
    "chat sound -> chat": (8_000, partial(translating, "chat", "chat", chat_sound)),
    "responses items -> chat": (6_000, partial(translating, "responses", "chat", responses_items)),
    "responses items -> responses": (6_000, partial(translating, "responses", "responses", responses_items)),
    # Each copies those before it, which is quick enough to count only where there are far more of them.
    "blanks before a custom tool's input": (20_000, blanks),
    "a stop sequence longer than the text": (250_000, stop_sequence),
}


if __name__ == "__main__":
    sys.exit(main())
