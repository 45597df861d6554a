"""An event is no JSON."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="transport-invalid-json",
    title="Invalid JSON",
    about=("One event is broken. Whoever skips it silently loses text."),
    capability="transport",
    asks=asks("Count to five."),
    answers=(answer(text("one ", "two ", "three ", "four ", "five")),),
    exercises=frozenset({"broken"}),
    fault="corrupt:event=2@42",
    modes=("stream",),
)
