"""The body ends before its first event."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="transport-cut-before-first",
    title="Cut before the first event",
    about=(
        "The head says 200, and then the connection is closed. Half of an answer is an error, and nothing is"
        " less than half."
    ),
    capability="transport",
    asks=asks("Count to five."),
    answers=(answer(text("one ", "two ", "three ", "four ", "five")),),
    exercises=frozenset({"cut"}),
    fault="cut:event=0",
    modes=("stream",),
)
