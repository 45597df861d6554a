"""A short answer in a few pieces."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="text-plain",
    title="Plain text",
    about=(
        "A short answer in a few deltas. What every gateway can do; one that fails here fails everywhere."
    ),
    capability="text",
    asks=asks("Say hello."),
    answers=(answer(text("Hello", " there", ", friend", ".")),),
    exercises=frozenset({"text"}),
)
