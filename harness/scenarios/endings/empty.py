"""An answer without a word."""

from __future__ import annotations

from harness.scenarios.answer import answer, counts, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="ending-empty",
    title="Empty answer",
    about=("The model ends at once. That is an answer and no error, and it has an end like any other."),
    capability="endings",
    asks=asks("Say nothing."),
    answers=(answer(text(), usage=counts(20, 1)),),
    exercises=frozenset({"empty"}),
)
