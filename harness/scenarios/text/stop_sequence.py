"""A stop sequence ends the answer."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="text-stop-sequence",
    title="Stop sequence",
    about=(
        "The client gives a stop sequence, and the upstream ends there by itself. The reason is stop, and the"
        " sequence is not in the text."
    ),
    capability="text",
    asks=asks("Count, but stop before END.", chat={"stop": ["END"]}),
    answers=(answer(text("one ", "two ")),),
    exercises=frozenset({"text", "stop"}),
    inbound=("chat",),
)
