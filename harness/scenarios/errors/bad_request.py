"""The upstream answers 400."""

from __future__ import annotations

from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="error-bad-request",
    title="400 Bad request",
    about=(
        "The request is at fault. Asking again does not help, and the client has to be told what is wrong."
    ),
    capability="errors",
    asks=asks("Say hello."),
    exercises=frozenset({"error 400"}),
    fault="status:400,times=0",
)
