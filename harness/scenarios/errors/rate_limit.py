"""The upstream answers 429."""

from __future__ import annotations

from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="error-rate-limit",
    title="429 with Retry-After",
    about=("Too many requests, and when to come again. The client keeps that time, if it is told."),
    capability="errors",
    asks=asks("Say hello."),
    exercises=frozenset({"error 429"}),
    fault="status:429,retry_after=61,times=0",
)
