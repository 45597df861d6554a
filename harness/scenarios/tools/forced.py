"""A call that the client forces."""

from __future__ import annotations

from harness.scenarios.answer import answer, call
from harness.scenarios.asking import asks
from harness.scenarios.material import TIME, WEATHER
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="tool-forced",
    title="Forced call",
    about=(
        "The client forces one function. The upstream has to be told so, and the answer ends with the reason"
        " that its dialect has for calls."
    ),
    capability="tools",
    asks=asks(
        "Oslo.",
        tools=(WEATHER, TIME),
        chat={"tool_choice": {"type": "function", "function": {"name": "get_weather"}}},
        responses={"tool_choice": {"type": "function", "name": "get_weather"}},
    ),
    answers=(answer(call("get_weather", '{"city": "Oslo"}')),),
    exercises=frozenset({"call", "tool_choice"}),
)
