"""Usage that is not asked for."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="usage-not-asked",
    title="Usage not asked for",
    about=(
        "A Chat client that does not ask for usage must not be sent the chunk without choices: clients read"
        " choices[0]."
    ),
    capability="usage",
    asks=asks("Say hello.", include_usage=False),
    answers=(answer(text("Hello", ".")),),
    exercises=frozenset({"text"}),
    inbound=("chat",),
)
