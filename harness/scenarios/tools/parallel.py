"""Two calls, one after the other."""

from __future__ import annotations

from harness.scenarios.answer import answer, call
from harness.scenarios.asking import asks
from harness.scenarios.material import WEATHER
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="tool-parallel",
    title="Parallel calls",
    about=("Two calls in one answer. Each has its own id, its own index or item, and its own arguments."),
    capability="tools",
    asks=asks("How is the weather in Oslo and in Rome?", tools=(WEATHER,)),
    answers=(
        answer(
            call("get_weather", '{"city": "', 'Oslo"}'),
            call("get_weather", '{"city": "', 'Rome"}'),
        ),
    ),
    exercises=frozenset({"call", "parallel"}),
)
