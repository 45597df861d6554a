"""A prompt in several parts."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.material import CHAT_PARTS, RESPONSES_PARTS
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="text-multipart",
    title="Prompt in parts",
    about=("The user's message is a list of text parts. All of them have to reach the upstream, in order."),
    capability="text",
    asks=asks(
        "First part.",
        chat={"messages": [{"role": "user", "content": CHAT_PARTS}]},
        responses={"input": [{"type": "message", "role": "user", "content": RESPONSES_PARTS}]},
    ),
    answers=(answer(text("Both ", "parts", " came.")),),
    exercises=frozenset({"text", "parts"}),
)
