"""One read ends inside a character."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="text-split-characters",
    title="Characters cut across reads",
    about=(
        "A read of the upstream's stream ends in the middle of a character of several bytes. Whoever decodes"
        " read by read makes U+FFFD of it."
    ),
    capability="text",
    asks=asks("Answer with an emoji."),
    answers=(answer(text("before ", "🎉🎉🎉", " after")),),
    exercises=frozenset({"text", "unicode"}),
    fault="split_character:character=0",
    modes=("stream",),
    upstream=("chat", "responses", "anthropic"),
)
