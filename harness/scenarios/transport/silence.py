"""Nothing comes after the head."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="transport-silence",
    title="Silence",
    about=(
        "The upstream sends its head and nothing more. A gateway gives up before its client does, and says"
        " so; this scenario watches for a while, and hanging on is not yet a fault."
    ),
    capability="transport",
    asks=asks("Count to five."),
    answers=(answer(text("one ", "two ", "three ", "four ", "five")),),
    exercises=frozenset({"silence"}),
    fault="silence:30",
    modes=("stream",),
    seconds=6.0,
)
