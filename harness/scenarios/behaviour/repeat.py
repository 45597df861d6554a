"""The same request twice."""

from __future__ import annotations

from harness.scenarios.answer import answer, text
from harness.scenarios.asking import asks
from harness.scenarios.scenario import Scenario

SCENARIO = Scenario(
    name="behaviour-repeat",
    title="Same request twice",
    about=(
        "The same request, answered with the same bytes. But for ids and times the client's two answers are"
        " the same."
    ),
    capability="behaviour",
    asks=asks("Count slowly."),
    answers=(answer(text("Hello", " again", ".")),),
    exercises=frozenset({"text"}),
    behaviour="repeat",
    modes=("stream", "whole"),
)
