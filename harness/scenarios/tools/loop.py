"""A whole loop: a call, its result, the answer."""

from __future__ import annotations

from harness.scenarios.answer import answer, call, text
from harness.scenarios.asking import asks
from harness.scenarios.material import WEATHER
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="tool-loop",
    title="Two turns with a tool result",
    about=(
        "The client runs the tool and sends its result back with the history. The upstream has to be sent the"
        " call and the result next to each other, with the id that it gave."
    ),
    capability="tools",
    asks=asks("How is the weather in Oslo?", tools=(WEATHER,)),
    answers=(
        answer(call("get_weather", '{"city": "Oslo"}')),
        answer(text("It is ", "21 degrees.")),
    ),
    exercises=frozenset({"call", "loop", "text"}),
    output='{"celsius": 21}',
)
