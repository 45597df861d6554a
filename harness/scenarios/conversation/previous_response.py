"""A response that continues an earlier one."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="conversation-previous-response",
    title="previous_response_id",
    about=(
        "The client names the response that it continues, and sends only what is new. The upstream has to"
        " know the whole conversation."
    ),
    capability="conversation",
    asks=asks("My name is Ada. Remember it."),
    answers=(
        answer(text("I will", ".")),
        answer(text("Ada", ".")),
    ),
    exercises=frozenset({"text", "loop"}),
    inbound=("responses",),
    follows="What is my name?",
)
