"""Usage that is asked for."""

from __future__ import annotations

from harness.scenarios.answer import answer, counts, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="usage-asked",
    title="Usage asked for",
    about=("The client asks for usage in the stream. The same numbers have to come, once, at the end."),
    capability="usage",
    asks=asks("Say hello."),
    answers=(answer(text("Hello", "."), usage=counts(1234, 567, cached=1000)),),
    exercises=frozenset({"text", "usage"}),
)
