"""Input as a string."""

from __future__ import annotations

from harness.scenarios.answer import MARK, answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="input-string",
    title="Input as a string",
    about="The whole input is one string. It is what the user says.",
    capability="input",
    asks=asks("", responses={"input": f"Say hello. [{MARK}]"}),
    answers=(answer(text("Hello", ".")),),
    exercises=frozenset({"text"}),
    inbound=("responses",),
)
