"""A gateway that says the same in its upstream's manner is blamed for nothing; one that says another thing still is."""

from __future__ import annotations

import pytest

from harness.findings import Severity
from tests.fidelity import found, plain
from tests.manners import ANOTHER, SAME, gemini, history, tool


@pytest.mark.parametrize("name", list(SAME))
def test_what_is_said_in_the_upstreams_manner_is_no_loss(name: str) -> None:
    """Providers take different ranges, names and schemas: whoever heeds that does well."""
    asked, upstream, sent = SAME[name]
    assert [(one.rule, one.message) for one in found("chat", asked, upstream, sent)] == []


@pytest.mark.parametrize("name", list(ANOTHER))
def test_what_looks_like_a_manner_and_is_a_loss_is_told(name: str) -> None:
    """Each of these is next to something that is allowed."""
    asked, upstream, sent, rule = ANOTHER[name]
    inbound = "responses" if "input" in asked else "chat"
    assert [one.rule for one in found(inbound, asked, upstream, sent)] == [rule]


def test_what_most_models_of_gemini_refuse_is_a_warning_where_it_is_not_told() -> None:
    """Log probabilities and penalties."""
    asked = plain("chat", logprobs=True, presence_penalty=0.5)
    told = {one.rule: one.severity for one in found("chat", asked, "gemini", gemini())}
    assert told == {"XLAT-REQ-014": Severity.WARNING, "XLAT-REQ-018": Severity.WARNING}


def test_a_result_under_a_name_that_nothing_was_called_by_is_told_with_that_name() -> None:
    """The name is what is wrong, and what one looks for."""
    sent = gemini(
        contents=[
            {"role": "user", "parts": [{"text": "Hello."}]},
            {"role": "model", "parts": [{"functionCall": {"name": "get_time", "args": {}}}]},
            {"role": "user", "parts": [{"functionResponse": {"name": "filler", "response": {"r": "nine"}}}]},
        ]
    )
    told = found("chat", history("{}", "nine"), "gemini", sent)
    assert [one.message for one in told] == ["Result 0 of the history of 'filler' has no call upstream."]


def test_wishes_that_are_no_texts_and_no_numbers_are_no_trouble() -> None:
    """Whatever stands in their place."""
    for odd in ([], {}, [1], {"a": 1}, True):
        members = {"reasoning_effort": odd, "temperature": odd, "max_tokens": odd, "seed": odd, "n": odd}
        schema = {"type": "object", "properties": {"a": odd}, "required": [odd, {}]}
        asked = plain("chat", **members, tools=[tool("f", parameters=schema)])
        for told in (plain("chat"), asked, plain("chat", reasoning_effort=[odd], tools=[tool("f")])):
            assert all(one.message for one in found("chat", asked, "chat", told))
