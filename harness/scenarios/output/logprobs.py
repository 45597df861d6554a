"""Log probabilities."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="output-logprobs",
    title="Log probabilities",
    about=("The client asks for log probabilities. They come with the text that they are of."),
    capability="output",
    asks=asks(
        "Say hello.",
        chat={"logprobs": True},
        responses={"include": ["message.output_text.logprobs"]},
    ),
    answers=(answer(text("Hello", " there", logprobs=True)),),
    exercises=frozenset({"text", "logprobs"}),
    upstream=("chat", "responses"),
)
