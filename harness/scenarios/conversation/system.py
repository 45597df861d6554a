"""A system prompt and a history."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.material import SYSTEM
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="conversation-system",
    title="System prompt and history",
    about=(
        "A system prompt, an earlier question and its answer. All of it has to reach the upstream, in order,"
        " each with its role."
    ),
    capability="conversation",
    asks=asks("And of Norway?", before=SYSTEM),
    answers=(answer(text("Oslo", ".")),),
    exercises=frozenset({"text", "system", "history"}),
)
