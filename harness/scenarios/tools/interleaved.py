"""Two calls whose arguments take turns."""

from __future__ import annotations

from harness.scenarios.answer import answer, call
from harness.scenarios.asking import asks
from harness.scenarios.material import TIME, WEATHER
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="tool-interleaved",
    title="Interleaved calls",
    about=(
        "The pieces of two calls take turns, as the index of each tells. Whoever adds each piece to the"
        " latest call mixes them."
    ),
    capability="tools",
    asks=asks("Weather and time in Oslo?", tools=(WEATHER, TIME)),
    answers=(
        answer(
            call("get_weather", '{"city"', ': "Oslo"', "}"),
            call("get_time", '{"zone"', ': "CET"', "}"),
            interleaved=True,
        ),
    ),
    exercises=frozenset({"call", "parallel", "interleaved"}),
    upstream=("chat", "responses"),
)
