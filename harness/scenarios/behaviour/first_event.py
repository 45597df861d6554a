"""How long the gateway takes until the first event."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="behaviour-first-event",
    title="First event",
    about=("How much later than from the upstream the first event comes."),
    capability="behaviour",
    asks=asks("Count slowly."),
    answers=(answer(text(*(f"{number} " for number in range(6)))),),
    exercises=frozenset({"text"}),
    behaviour="first_event",
    modes=("stream",),
    gap_us=30_000,
)
