"""A picture in the prompt."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.material import CHAT_PICTURE, RESPONSES_PICTURE
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="input-image",
    title="Image input",
    about=(
        "A picture as a data URL, with a text beside it. The bytes have to reach the upstream, and their"
        " type."
    ),
    capability="input",
    asks=asks(
        "",
        chat={"messages": [{"role": "user", "content": CHAT_PICTURE}]},
        responses={"input": [{"type": "message", "role": "user", "content": RESPONSES_PICTURE}]},
    ),
    answers=(answer(text("A red ", "square.")),),
    exercises=frozenset({"text", "image"}),
)
