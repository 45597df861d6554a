"""A call of a custom tool."""

from __future__ import annotations

from harness.scenarios.answer import answer, call
from harness.scenarios.asking import asks
from harness.scenarios.material import SHELL
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="tool-custom",
    title="Custom tool",
    about=("A tool whose input is free text, not JSON. The input has to arrive as it was written."),
    capability="tools",
    asks=asks("List the files.", tools=(SHELL,)),
    answers=(answer(call("shell", "ls -l ", '"my files"', " | head", kind="custom")),),
    exercises=frozenset({"call", "custom"}),
    upstream=("chat", "responses"),
)
