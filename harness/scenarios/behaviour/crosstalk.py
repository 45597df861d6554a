"""Fifty sessions at once."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="behaviour-crosstalk",
    title="Fifty sessions at once",
    about=("Fifty clients ask at the same time, each with a secret word. Nobody may see another's."),
    capability="behaviour",
    asks=asks("Count slowly."),
    answers=(answer(text("Your word ", "is {mark}", ".")),),
    exercises=frozenset({"text"}),
    behaviour="crosstalk",
    modes=("stream",),
    gap_us=10_000,
)
