"""Tokens of thought."""

from __future__ import annotations

from harness.scenarios.answer import answer, counts, text, thought
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="usage-reasoning",
    title="Tokens of thought and cache",
    about=(
        "Tokens of thought are a part of the output in OpenAI's counting, and beside it in Gemini's; cached"
        " tokens are a part of the input. The client's numbers have to mean the same."
    ),
    capability="usage",
    asks=asks("Think, then answer."),
    answers=(answer(thought("Hm."), text("Four."), usage=counts(2000, 300, cached=1500, reasoning=250)),),
    exercises=frozenset({"thought", "usage"}),
)
