"""The last sentinel is missing."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="transport-omit-done",
    title="[DONE] missing",
    about=(
        "A Chat stream with a finish reason and without [DONE]. It is whole, and clients of the gateway are"
        " still sent the sentinel."
    ),
    capability="transport",
    asks=asks("Count to five."),
    answers=(answer(text("one ", "two ", "three ", "four ", "five")),),
    exercises=frozenset({"text"}),
    fault="omit_done",
    modes=("stream",),
    upstream=("chat",),
)
