"""The body ends between two events."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="transport-cut-between",
    title="Cut between events",
    about=(
        "The connection is closed after the third event. Whoever ends the stream as if it were whole lets"
        " clients take half for all."
    ),
    capability="transport",
    asks=asks("Count to five."),
    answers=(answer(text("one ", "two ", "three ", "four ", "five")),),
    exercises=frozenset({"cut"}),
    fault="cut:event=3",
    modes=("stream",),
)
