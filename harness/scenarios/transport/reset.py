"""The connection is reset."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="transport-reset",
    title="Reset",
    about=("The connection is reset amid the stream."),
    capability="transport",
    asks=asks("Count to five."),
    answers=(answer(text("one ", "two ", "three ", "four ", "five")),),
    exercises=frozenset({"cut"}),
    fault="reset:event=3",
    modes=("stream",),
)
