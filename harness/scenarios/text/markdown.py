"""White space that matters."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="text-markdown",
    title="White space and code",
    about=(
        "Leading and trailing spaces, empty lines, tabs and code fences: whoever strips or joins changes the"
        " text."
    ),
    capability="text",
    asks=asks("Show me some code."),
    answers=(answer(text("  \n", "```python\n", "\tif x:\n", "\t\tpass\n", "```", "\n\n", " end \n")),),
    exercises=frozenset({"text"}),
)
