"""An upstream that reports no usage."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="usage-missing",
    title="Usage missing upstream",
    about=("The upstream reports none. Unknown is not 0: nothing may be made up."),
    capability="usage",
    asks=asks("Say hello."),
    answers=(answer(text("Hello", "."), usage=None),),
    exercises=frozenset({"text", "no usage"}),
    upstream=("chat", "gemini"),
)
