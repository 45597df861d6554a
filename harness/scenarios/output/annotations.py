"""Sources of a text."""

from __future__ import annotations

from harness.scenarios.answer import answer, source, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="output-annotations",
    title="Annotations",
    about=(
        "The text cites web pages. Each source keeps its URL, its title and the characters that it belongs"
        " to; Gemini counts bytes, OpenAI characters."
    ),
    capability="output",
    asks=asks(
        "What is new in Oslo?", responses={"tools": [{"type": "web_search"}]}, chat={"web_search_options": {}}
    ),
    answers=(
        answer(
            text(
                "Søndag: ",
                "sun. ",
                "Rain later.",
                sources=(source("https://a.example/", "A", 0, 12), source("https://b.example/", "B", 13, 24)),
            )
        ),
    ),
    exercises=frozenset({"text", "citation"}),
    upstream=("chat", "responses", "gemini"),
)
