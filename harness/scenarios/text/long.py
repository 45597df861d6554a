"""Six hundred deltas."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="text-long",
    title="Long text",
    about=(
        "Six hundred deltas, one word each. Each has to arrive, once and in order; whoever keeps a copy of"
        " the text for every delta gets slower with each."
    ),
    capability="text",
    asks=asks("Tell me a long story."),
    answers=(answer(text(*(f"word{number} " for number in range(600)))),),
    exercises=frozenset({"text"}),
    gap_us=200,
)
