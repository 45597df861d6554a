"""A call without arguments."""

from __future__ import annotations

from harness.scenarios.answer import answer, call
from harness.scenarios.asking import asks
from harness.scenarios.material import TIME
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="tool-empty-arguments",
    title="Call without arguments",
    about=(
        "A function without parameters is called. Its arguments are an empty object: clients parse them, and"
        " the empty string is no JSON."
    ),
    capability="tools",
    asks=asks("What time is it?", tools=(TIME,)),
    answers=(answer(call("get_time")),),
    exercises=frozenset({"call"}),
)
