"""The agent, over recorded Chat Completions."""

import httpx
import pytest
from weatherbot.agent import Agent
from weatherbot.events import IncompleteAnswer


@pytest.mark.cassette
def test_it_greets() -> None:
    with Agent() as agent:
        assert agent.ask("hi") == "Hello wörld ☃!"


@pytest.mark.cassette
def test_it_shows_the_answer_as_it_comes() -> None:
    shown: list[str] = []
    with Agent(shown.append) as agent:
        answer = agent.ask("count")
    assert answer == "one two three four five six seven eight nine ten"
    assert "".join(shown) == answer
    assert len(shown) > 5


@pytest.mark.cassette
def test_it_looks_up_the_weather() -> None:
    with Agent() as agent:
        assert agent.ask("weather") == "It is sunny in Paris, 21 °C."
    assert agent.calls == [("get_weather", {"city": "Paris"})]
    assert [message["role"] for message in agent.messages] == ["user", "assistant", "tool", "assistant"]


@pytest.mark.cassette
@pytest.mark.parametrize("question", ["json", "empty"])
def test_it_says_what_the_model_says(question: str) -> None:
    with Agent() as agent:
        assert agent.ask(question) == {"json": '{"city": "Paris", "n": 3}', "empty": ""}[question]


@pytest.mark.cassette("cassettes/too_long.cassette.jsonl")
def test_too_long_a_question_is_refused() -> None:
    with Agent() as agent, pytest.raises(httpx.HTTPStatusError) as caught:
        agent.ask("why? " * 600)
    assert caught.value.response.status_code == 400


@pytest.mark.cassette("cassettes/test_agent/test_it_greets.cassette.jsonl", mode="none", fault="cut:event=5")
def test_it_notices_that_an_answer_was_cut() -> None:
    with Agent() as agent, pytest.raises(IncompleteAnswer) as caught:
        agent.ask("hi")
    assert "Hello wörld ☃!".startswith(str(caught.value))
