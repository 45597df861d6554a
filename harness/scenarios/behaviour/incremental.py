"""Each piece is passed on when it comes."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="behaviour-incremental",
    title="Streaming is incremental",
    about=(
        "The upstream takes 60 ms between events. Each has to be with the client before the next one comes:"
        " whoever collects makes the user wait."
    ),
    capability="behaviour",
    asks=asks("Count slowly."),
    answers=(answer(text(*(f"{number} " for number in range(12)))),),
    exercises=frozenset({"text"}),
    behaviour="incremental",
    modes=("stream",),
    gap_us=60_000,
)
