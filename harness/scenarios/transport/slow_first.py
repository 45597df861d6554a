"""The first byte comes late."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="transport-slow-first",
    title="Slow first byte",
    about=("The head comes after a second and a half. The gateway waits, and passes everything on."),
    capability="transport",
    asks=asks("Count to five."),
    answers=(answer(text("one ", "two ", "three ", "four ", "five")),),
    exercises=frozenset({"text"}),
    fault="late_headers:1.5",
    modes=("stream", "whole"),
)
