"""The stream pauses."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="transport-pause",
    title="Pause amid the stream",
    about=(
        "Nothing comes for a second and a half after the second event. What has come before must be with the"
        " client by then."
    ),
    capability="transport",
    asks=asks("Count to five."),
    answers=(answer(text("one ", "two ", "three ", "four ", "five")),),
    exercises=frozenset({"text", "pause"}),
    fault="stall:event=2,seconds=1.5",
    modes=("stream",),
)
