"""The stream pauses."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="transport-pause",
    title="Pause amid the stream",
    about=(
        "Nothing comes for two seconds after the second event. What has come before must be with the client by"
        " then; and a second has turned, so that a time of creation which is none shows."
    ),
    capability="transport",
    asks=asks("Count to five."),
    answers=(answer(text("one ", "two ", "three ", "four ", "five")),),
    exercises=frozenset({"text", "pause"}),
    fault="stall:event=2,seconds=2.0",
    modes=("stream",),
)
