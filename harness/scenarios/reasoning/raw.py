"""The model's own thought."""

from __future__ import annotations

from harness.scenarios.answer import answer, counts, text, thought
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="reasoning-raw",
    title="Raw thought",
    about=("Open models tell their thought itself, not a summary. Responses has events of its own for it."),
    capability="reasoning",
    asks=asks("Think, then answer."),
    answers=(
        answer(
            thought("First, ", "two and two.", raw=True),
            text("The answer is 4."),
            usage=counts(20, 30, reasoning=12),
        ),
    ),
    exercises=frozenset({"thought", "text"}),
    upstream=("chat", "responses"),
)
