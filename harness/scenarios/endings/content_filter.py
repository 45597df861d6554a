"""A filter ends the answer."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="ending-content-filter",
    title="Content filter",
    about=("A filter cuts the text. Chat says content_filter, Responses incomplete with the same reason."),
    capability="endings",
    asks=asks("Tell me something dangerous."),
    answers=(answer(text("You take ", "a"), finish="content_filter"),),
    # Not the text: Gemini gives nothing of an answer that its filter stopped.
    exercises=frozenset({"filter"}),
)
