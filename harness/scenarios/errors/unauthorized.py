"""The upstream answers 401."""

from __future__ import annotations

from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="error-unauthorized",
    title="401 Unauthorized",
    about=(
        "The key is wrong. Clients stop at 401 and show it; whoever makes a 500 of it lets them ask again and"
        " again."
    ),
    capability="errors",
    asks=asks("Say hello."),
    exercises=frozenset({"error 401"}),
    fault="status:401,times=0",
)
