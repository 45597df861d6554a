"""The upstream answers 429 once."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="error-rate-limit-once",
    title="429 once, then an answer",
    about=(
        "Too many requests, come again in a second: a gateway may wait and ask again, or pass it on. Both are"
        " right; an answer that lacks something is not."
    ),
    capability="errors",
    asks=asks("Say hello."),
    answers=(answer(text("Hello", ".")),),
    exercises=frozenset({"error 429"}),
    fault="status:429,retry_after=1,times=1",
)
