"""Text, and then a call."""

from __future__ import annotations

from harness.scenarios.answer import answer, call, text
from harness.scenarios.asking import asks
from harness.scenarios.material import WEATHER
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="tool-text-then-call",
    title="Text, then a call",
    about=("The model says something before it calls. Neither may be lost, and the text comes first."),
    capability="tools",
    asks=asks("How is the weather in Oslo?", tools=(WEATHER,)),
    answers=(answer(text("One ", "moment."), call("get_weather", '{"city": "Oslo"}')),),
    exercises=frozenset({"text", "call"}),
)
