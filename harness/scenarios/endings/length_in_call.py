"""The limit ends the answer inside a call."""

from __future__ import annotations

from harness.scenarios.answer import answer, call
from harness.scenarios.asking import asks
from harness.scenarios.material import WEATHER
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="ending-length-in-call",
    title="Length inside a call",
    about=("The limit cuts the arguments of a call. It must not look like a call that can be run."),
    capability="endings",
    asks=asks(
        "How is the weather in Oslo?",
        tools=(WEATHER,),
        chat={"max_completion_tokens": 8},
        responses={"max_output_tokens": 16},
    ),
    answers=(answer(call("get_weather", '{"city": "Os'), finish="length"),),
    exercises=frozenset({"call", "length"}),
    upstream=("chat", "responses", "anthropic"),
)
