"""Calls and results that the client sends from an earlier session."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.material import EARLIER, WEATHER
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="tool-history",
    title="Tool results in the history",
    about=(
        "The conversation begins with a call and its result from earlier. Both have to reach the upstream,"
        " with the same id on both."
    ),
    capability="tools",
    asks=asks("What did you find?", before=EARLIER, tools=(WEATHER,)),
    answers=(answer(text("It was ", "sunny.")),),
    exercises=frozenset({"text", "result"}),
)
