"""JSON by a schema."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.material import CITY
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="text-structured",
    title="Structured output",
    about=(
        "The client asks for JSON by a schema. The schema has to reach the upstream, and the text has to be"
        " the JSON, unchanged."
    ),
    capability="text",
    asks=asks(
        "Give me a city.",
        chat={"response_format": {"type": "json_schema", "json_schema": CITY}},
        responses={"text": {"format": {"type": "json_schema", **CITY}}},
    ),
    answers=(answer(text('{"city": ', '"Oslo", ', '"people": 700000}')),),
    exercises=frozenset({"text", "schema"}),
)
