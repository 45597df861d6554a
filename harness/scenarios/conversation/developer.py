"""A developer prompt."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.material import DEVELOPER
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="conversation-developer",
    title="Developer prompt",
    about=(
        "The newer name of the system prompt. An upstream that does not know it has to be sent what it knows."
    ),
    capability="conversation",
    asks=asks("Hi.", before=DEVELOPER),
    answers=(answer(text("Hello", ".")),),
    exercises=frozenset({"text", "system"}),
)
