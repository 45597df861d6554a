"""The body ends inside an event."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

# So far before the end that in every dialect the text is still being told, and its finish reason has not come.
SCENARIO = Scenario(
    name="transport-cut-inside",
    title="Cut inside an event",
    about=("The connection is closed inside an event. What is left of it must not be passed on."),
    capability="transport",
    asks=asks("Count to a hundred."),
    answers=(answer(text(*(f"{number} " for number in range(1, 101)))),),
    exercises=frozenset({"cut"}),
    fault="cut:byte=-5000",
    modes=("stream",),
)
