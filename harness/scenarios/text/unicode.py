"""Characters of two to four bytes, joined ones, and ones that JSON escapes."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="text-unicode",
    title="Unicode",
    about=(
        "Emoji, joined emoji, combining marks, right-to-left text, a line separator and control characters:"
        " the same characters have to come out, whichever way JSON writes them."
    ),
    capability="text",
    asks=asks("Answer in many scripts."),
    answers=(
        answer(text("Grüße, ", "世界 ", "👩‍👩‍👧 ", "e\u0301 ", "שלום ", "\u2028", ' \t"quoted"\\ ', "🏳️‍🌈")),
    ),
    exercises=frozenset({"text", "unicode"}),
)
