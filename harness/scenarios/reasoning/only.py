"""Thought and nothing else."""

from __future__ import annotations

from harness.scenarios.answer import answer, counts, thought
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="reasoning-only",
    title="Thought without an answer",
    about=(
        "The limit ends the answer while the model still thinks. The client has to be told length, and gets"
        " no text that is none."
    ),
    capability="reasoning",
    asks=asks("Think hard.", chat={"max_completion_tokens": 16}, responses={"max_output_tokens": 16}),
    answers=(answer(thought("Let me ", "think about"), finish="length", usage=counts(20, 16, reasoning=16)),),
    exercises=frozenset({"thought", "length"}),
)
