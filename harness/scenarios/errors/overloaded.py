"""The upstream answers 503."""

from __future__ import annotations

from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="error-overloaded",
    title="503 Unavailable",
    about=("The upstream is overloaded. It may be asked again; then the client has to be told."),
    capability="errors",
    asks=asks("Say hello."),
    exercises=frozenset({"error 503"}),
    fault="status:503,times=0",
)
