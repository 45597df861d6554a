"""A file in the prompt."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.material import CHAT_FILE, RESPONSES_FILE
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="input-file",
    title="File input",
    about=(
        "A PDF as a data URL, with a text beside it. The bytes have to reach the upstream, and their type."
    ),
    capability="input",
    asks=asks(
        "",
        chat={"messages": [{"role": "user", "content": CHAT_FILE}]},
        responses={"input": [{"type": "message", "role": "user", "content": RESPONSES_FILE}]},
    ),
    answers=(answer(text("An empty ", "page.")),),
    exercises=frozenset({"text", "file"}),
)
