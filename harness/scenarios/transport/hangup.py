"""The connection is closed before the head."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="transport-hangup",
    title="Closed before the answer",
    about=(
        "The upstream closes the connection before it answers. The client has to be told in the shape of its"
        " dialect."
    ),
    capability="transport",
    asks=asks("Count to five."),
    answers=(answer(text("one ", "two ", "three ", "four ", "five")),),
    exercises=frozenset({"cut"}),
    fault="hangup:times=0",
    modes=("stream", "whole"),
)
