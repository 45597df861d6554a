"""A loop with two calls."""

from __future__ import annotations

from harness.scenarios.answer import answer, call, text
from harness.scenarios.asking import asks
from harness.scenarios.material import WEATHER
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="tool-parallel-loop",
    title="Two turns with two tool results",
    about=(
        "Two calls, two results. The results belong to their calls by id, and both have to be there before"
        " the model goes on."
    ),
    capability="tools",
    asks=asks("How is the weather in Oslo and in Rome?", tools=(WEATHER,)),
    answers=(
        answer(call("get_weather", '{"city": "Oslo"}'), call("get_weather", '{"city": "Rome"}')),
        answer(text("Both are ", "sunny.")),
    ),
    exercises=frozenset({"call", "parallel", "loop", "text"}),
    output='{"celsius": 21}',
)
