"""The upstream answers 500."""

from __future__ import annotations

from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="error-server-error",
    title="500 Server error",
    about=(
        "The upstream has failed. It may be asked again; then the client has to be told in the shape of its"
        " dialect."
    ),
    capability="errors",
    asks=asks("Say hello."),
    exercises=frozenset({"error 500"}),
    fault="status:500,times=0",
)
