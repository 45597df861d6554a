"""An error comes amid the stream."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="transport-error-event",
    title="Error amid the stream",
    about=(
        "The provider breaks down after the second event, and says so. The client has to be told, and the"
        " stream must not end as a success."
    ),
    capability="transport",
    asks=asks("Count to five."),
    answers=(answer(text("one ", "two ", "three ", "four ", "five")),),
    exercises=frozenset({"error"}),
    fault="error_event:event=2",
    modes=("stream",),
)
