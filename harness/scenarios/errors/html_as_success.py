"""A page with status 200."""

from __future__ import annotations

from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="error-html-as-success",
    title="HTML with status 200",
    about=("A page comes as a success. It is no answer, and must not look like one."),
    capability="errors",
    asks=asks("Say hello."),
    exercises=frozenset({"html"}),
    fault="html:200,times=0",
)
