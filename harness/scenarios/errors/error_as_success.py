"""An error with status 200."""

from __future__ import annotations

from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="error-error-as-success",
    title="Error with status 200",
    about=(
        "An error comes as a success, before any content. It is an error, and the client has to be told so."
    ),
    capability="errors",
    asks=asks("Say hello."),
    exercises=frozenset({"error 200"}),
    fault="error_as_success:times=0",
)
