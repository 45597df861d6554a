"""Two answers (n=2)."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="output-several",
    title="Several answers (n)",
    about=("The client asks for two answers. Each has its own index, text and reason."),
    capability="output",
    asks=asks("Say hello.", chat={"n": 2}),
    answers=(answer(text("Hello", "."), others=[(text("Good ", "day."),)]),),
    exercises=frozenset({"text", "several"}),
    inbound=("chat",),
    upstream=("chat", "gemini"),
)
