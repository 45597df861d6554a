"""One call of a function."""

from __future__ import annotations

from harness.scenarios.answer import answer, call
from harness.scenarios.asking import asks
from harness.scenarios.material import WEATHER
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="tool-one-call",
    title="One function call",
    about=(
        "A call whose arguments come in pieces. Its id, its name and all of its arguments have to arrive."
    ),
    capability="tools",
    asks=asks("How is the weather in Oslo?", tools=(WEATHER,)),
    answers=(answer(call("get_weather", '{"ci', 'ty": "Os', 'lo"}')),),
    exercises=frozenset({"call"}),
)
