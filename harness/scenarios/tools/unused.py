"""Tools that are not called."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.material import TIME, WEATHER
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="tool-unused",
    title="Tools declared, none called",
    about=(
        "Tools are declared, and the model answers with text. The reason is stop, and there is no call, not"
        " even an empty one."
    ),
    capability="tools",
    asks=asks("Say hello.", tools=(WEATHER, TIME)),
    answers=(answer(text("Hello", "!")),),
    exercises=frozenset({"text"}),
)
