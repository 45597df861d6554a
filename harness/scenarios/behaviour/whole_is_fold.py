"""Streamed and whole are the same answer."""

from __future__ import annotations

from harness.scenarios.answer import answer, call, text
from harness.scenarios.asking import asks
from harness.scenarios.material import WEATHER
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="behaviour-whole-is-fold",
    title="Streamed equals whole",
    about=("The same request streamed and whole. What the stream amounts to is the whole answer."),
    capability="behaviour",
    asks=asks("How is the weather in Oslo?", tools=(WEATHER,)),
    answers=(answer(text("One ", "moment."), call("get_weather", '{"city": "Oslo"}')),),
    exercises=frozenset({"text", "call"}),
    behaviour="whole_is_fold",
    modes=("stream",),
)
