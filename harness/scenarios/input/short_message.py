"""Short messages."""

from __future__ import annotations

from harness.scenarios.answer import MARK, answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="input-short-message",
    title="Short messages",
    about=(
        "Messages of the input without a type, and their content as a plain string, as the examples of OpenAI's"
        " SDKs have them. They mean the same as the full form."
    ),
    capability="input",
    asks=asks("", responses={"input": [{"role": "user", "content": f"Say hello. [{MARK}]"}]}),
    answers=(answer(text("Hello", ".")),),
    exercises=frozenset({"text"}),
    inbound=("responses",),
)
