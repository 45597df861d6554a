"""The body ends before its last event."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

# Not of Anthropic: its reason to stop comes in an event before the last one, so that without that one the answer is
# whole all the same. An answer of Anthropic that breaks off is what transport-cut-between plays.
SCENARIO = Scenario(
    name="transport-cut-before-terminal",
    title="Cut before the terminal event",
    about=("Everything has come but the end. Whether the answer is whole cannot be known, so it is not."),
    capability="transport",
    asks=asks("Count to five."),
    answers=(answer(text("one ", "two ", "three ", "four ", "five")),),
    exercises=frozenset({"cut"}),
    fault="omit_terminal",
    modes=("stream",),
    upstream=("chat", "responses", "gemini"),
)
