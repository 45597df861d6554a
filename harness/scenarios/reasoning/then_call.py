"""Thought, then a call."""

from __future__ import annotations

from harness.scenarios.answer import answer, call, counts, text, thought
from harness.scenarios.asking import asks
from harness.scenarios.material import WEATHER
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="reasoning-then-call",
    title="Thought, then a call",
    about=(
        "The model thinks and then calls. What proves the thought has to come back with the result, or"
        " providers refuse the next request."
    ),
    capability="reasoning",
    asks=asks(
        "How is the weather in Oslo?",
        tools=(WEATHER,),
        responses={"reasoning": {"effort": "low", "summary": "auto"}},
    ),
    answers=(
        answer(
            thought("I need ", "the weather."),
            call("get_weather", '{"city": "Oslo"}'),
            usage=counts(20, 30, reasoning=12),
        ),
        answer(text("It is ", "sunny.")),
    ),
    exercises=frozenset({"thought", "call", "loop"}),
    output='{"celsius": 21}',
)
