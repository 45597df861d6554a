"""The client leaves amid the stream."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="behaviour-leaving",
    title="The client leaves",
    about=(
        "The client hangs up after a few reads. The upstream has to be hung up, too, and soon: nobody reads"
        " what it is paid for."
    ),
    capability="behaviour",
    asks=asks("Count slowly."),
    answers=(answer(text(*(f"{number} " for number in range(100)))),),
    exercises=frozenset({"text"}),
    behaviour="leaving",
    modes=("stream",),
    gap_us=50_000,
)
