"""A summary of thought, then text."""

from __future__ import annotations

from harness.scenarios.answer import answer, counts, text, thought
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="reasoning-then-text",
    title="Thought, then text",
    about=(
        "The model thinks before it answers. The thought must not become a part of the answer, and may not be"
        " lost where the client has a place for it."
    ),
    capability="reasoning",
    asks=asks("Think, then answer.", responses={"reasoning": {"effort": "low", "summary": "auto"}}),
    answers=(
        answer(
            thought("Let me ", "think."), text("The answer", " is 4."), usage=counts(20, 30, reasoning=12)
        ),
    ),
    exercises=frozenset({"thought", "text"}),
)
