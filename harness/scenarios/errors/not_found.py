"""The upstream answers 404."""

from __future__ import annotations

from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="error-not-found",
    title="404 Not found",
    about=("There is no such model. The client has to be told, with the same status."),
    capability="errors",
    asks=asks("Say hello."),
    exercises=frozenset({"error 404"}),
    fault="status:404,times=0",
)
