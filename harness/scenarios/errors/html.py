"""A page in place of an answer."""

from __future__ import annotations

from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="error-html",
    title="HTML instead of JSON",
    about=(
        "What stands between gateway and upstream answers with a page. The client expects JSON, and must not"
        " be sent the page."
    ),
    capability="errors",
    asks=asks("Say hello."),
    exercises=frozenset({"html"}),
    fault="html:502,times=0",
)
