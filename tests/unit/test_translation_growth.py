"""What an answer costs grows with its length, and with nothing else of it.

Each case took more than its limit where a piece had to look at, or to copy, those before it.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from harness.translation.custom_input import CustomInput
from harness.translation.engine import answering, session_for
from harness.translation.ids import SeededMint
from harness.translation.stopping import Stops
from harness.turn.increments import TextDelta

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.translation.engine import InboundDialect
    from harness.translation.profiles import UpstreamDialect

LIMIT = 5.0
"""Seconds of processor time; what stands here takes far less."""


def _chat(delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def _calls() -> list[bytes]:
    calls = [
        {
            "index": number,
            "id": f"call_{number}",
            "type": "function",
            "function": {"name": "f", "arguments": "{}"},
        }
        for number in range(12_000)
    ]
    return [*(_chat({"tool_calls": [one]}) for one in calls), _chat({}, "tool_calls")]


def _sound() -> list[bytes]:
    piece = _chat({"audio": {"data": "A" * 4_000}})
    return [_chat({"role": "assistant", "audio": {"id": "a"}}), *(8_000 * [piece]), _chat({}, "stop")]


@pytest.mark.parametrize(
    ("upstream", "inbound", "made"),
    [("chat", "chat", _calls), ("chat", "responses", _calls), ("chat", "chat", _sound)],
)
def test_a_long_stream_costs_as_much_as_it_has_events(
    upstream: UpstreamDialect, inbound: InboundDialect, made: Callable[[], list[bytes]]
) -> None:
    """Twelve thousand calls that are open beside each other, and the sound of a long speech."""
    events = made()
    session = session_for(upstream, mint=SeededMint(b""), now=lambda: 1)
    one = answering(session, inbound)
    begin = time.process_time()
    for event in events:
        one.feed(event)
    one.feed(b"data: [DONE]\n\n")
    assert one.over
    assert one.body()
    assert time.process_time() - begin < LIMIT


def test_blanks_before_the_input_of_a_custom_tool_are_looked_at_once() -> None:
    """However many come, and in however small pieces."""
    decoder = CustomInput()
    begin = time.process_time()
    said = [decoder.feed(piece) for piece in (*(40_000 * [" "]), '{ "input"', ' : "x', 'y"}')]
    assert "".join(said) == "xy"
    assert time.process_time() - begin < LIMIT


def test_a_stop_sequence_may_be_as_long_as_a_client_likes() -> None:
    """And is still found only where it is."""
    stops = Stops(["ab" * 500_000])
    begin = time.process_time()
    text = "ac" * 250_000
    found = stops.feed(TextDelta(ref=1, text=text + "aba"))
    assert (found.deltas, found.stopped) == ([], None)
    assert "".join(one.text for one in stops.flush().deltas) == text + "aba"
    assert time.process_time() - begin < LIMIT
