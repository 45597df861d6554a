"""What model servers are asked: in the words of the model that is known, and in those for any other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from harness.targets.model_scenarios import MEMORISED, PLAIN

if TYPE_CHECKING:
    from harness.scenarios.scenario import Scenario


def _named(name: str, among: tuple[Scenario, ...] = MEMORISED) -> Scenario:
    return next(one for one in among if one.name == name)


@pytest.mark.parametrize("scenario", [*MEMORISED, *PLAIN], ids=lambda one: one.name)
def test_what_a_model_is_asked_has_no_mark_in_it(scenario: Scenario) -> None:
    """A model that has learned its prompts would not know it again; and no upstream has to."""
    for inbound in scenario.inbound:
        body = scenario.asks.body(inbound, model="m", mark="MARK", stream=False)
        assert "MARK" not in json.dumps(body)
        assert body["model"] == "m"


def test_whether_a_stream_is_wanted_is_said_but_in_the_one_scenario_about_that() -> None:
    """A server that streams unasked would hide everything else."""
    for scenario in MEMORISED:
        whole = scenario.asks.body("chat", model="m", mark="", stream=False)
        assert whole.get("stream") == (None if scenario.name == "model-unnamed" else False)
        assert "stream_options" not in whole
        if "stream" in scenario.modes:
            assert scenario.asks.body("chat", model="m", mark="", stream=True)["stream"] is True


def test_any_model_is_made_to_call_where_the_protocol_can_force_it() -> None:
    """The one that is known calls by itself, and was not taught to be forced."""
    body = _named("model-call", PLAIN).asks.body("chat", model="m", mark="", stream=False)
    assert body["tool_choice"] == {"type": "function", "function": {"name": "get_weather"}}
    body = _named("model-call", PLAIN).asks.body("responses", model="m", mark="", stream=False)
    assert body["tool_choice"] == {"type": "function", "name": "get_weather"}
    body = _named("model-call").asks.body("chat", model="m", mark="", stream=False)
    assert "tool_choice" not in body
