"""Instructions of one response."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="conversation-instructions",
    title="Instructions",
    about=(
        "The system prompt of Responses stands beside the input. It has to reach the upstream as what it is."
    ),
    capability="conversation",
    asks=asks("Hi.", responses={"instructions": "Answer in one word."}),
    answers=(answer(text("Hello")),),
    exercises=frozenset({"text", "system"}),
    inbound=("responses",),
)
