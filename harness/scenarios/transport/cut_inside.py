"""The body ends inside an event."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="transport-cut-inside",
    title="Cut inside an event",
    about=("The connection is closed inside an event. What is left of it must not be passed on."),
    capability="transport",
    asks=asks("Count to five."),
    answers=(answer(text("one ", "two ", "three ", "four ", "five")),),
    exercises=frozenset({"cut"}),
    fault="cut:byte=-40",
    modes=("stream",),
)
