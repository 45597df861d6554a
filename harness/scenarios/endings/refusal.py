"""A refusal."""

from __future__ import annotations

from harness.scenarios.answer import answer, refusal
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="ending-refusal",
    title="Refusal",
    about=(
        "The model refuses. Both OpenAI dialects have a place of its own for that; whoever sends it as text"
        " hides that it is one."
    ),
    capability="endings",
    asks=asks("Do something forbidden."),
    answers=(answer(refusal("I cannot", " help", " with that.")),),
    exercises=frozenset({"refusal"}),
    upstream=("chat", "responses"),
)
