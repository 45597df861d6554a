"""The limit ends the answer."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="ending-length",
    title="Length",
    about=(
        "The limit cuts the text. Chat says length, Responses incomplete with max_output_tokens; whoever says"
        " stop or completed lets the client take half an answer for a whole one."
    ),
    capability="endings",
    asks=asks("Tell me a story.", chat={"max_completion_tokens": 8}, responses={"max_output_tokens": 16}),
    answers=(answer(text("Once upon ", "a time, there"), finish="length"),),
    exercises=frozenset({"text", "length"}),
)
