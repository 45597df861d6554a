"""Sampling parameters."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="input-parameters",
    title="Parameters",
    about=(
        "Temperature, top_p and a limit. What the client sets has to reach the upstream with the same values."
    ),
    capability="input",
    asks=asks(
        "Say hello.",
        temperature=0.25,
        top_p=0.5,
        chat={"max_completion_tokens": 321},
        responses={"max_output_tokens": 321},
    ),
    answers=(answer(text("Hello", ".")),),
    exercises=frozenset({"text", "parameters"}),
)
