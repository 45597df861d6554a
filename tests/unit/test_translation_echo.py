"""What a response object repeats of its request."""

from __future__ import annotations

from typing import Any

import pytest

from harness.translation.requests.echo import echo
from harness.turn.conversation import Request

ALWAYS = {
    "background", "frequency_penalty", "instructions", "max_output_tokens", "max_tool_calls", "metadata", "model",
    "moderation", "parallel_tool_calls", "presence_penalty", "previous_response_id", "prompt_cache_key",
    "prompt_cache_retention", "reasoning", "safety_identifier", "service_tier", "store", "temperature", "text",
    "tool_choice", "tools", "top_logprobs", "top_p", "truncation", "user",
}  # fmt: skip


def responded(body: dict[str, Any]) -> Any:
    """A response object around the echo, as OpenAI's SDK reads it."""
    responses = pytest.importorskip("openai.types.responses", reason="the OpenAI SDK is not installed")
    own = {"id": "resp_1", "created_at": 1, "object": "response", "output": [], "status": "completed"}
    return responses.Response.model_validate({**own, **echo(None, body)}, strict=True)


@pytest.mark.sdk
def test_an_answer_without_its_request_has_every_member_with_its_default() -> None:
    """Nothing is left out where nothing is known."""
    echoed = echo(None, {})
    assert set(echoed) == ALWAYS
    assert echoed["text"] == {"format": {"type": "text"}, "verbosity": "medium"}
    assert echoed["reasoning"] == {"effort": None, "summary": None}
    assert (echoed["temperature"], echoed["top_p"], echoed["top_logprobs"]) == (1.0, 1.0, 0)
    assert (echoed["store"], echoed["background"], echoed["parallel_tool_calls"]) == (True, False, True)
    assert (echoed["tools"], echoed["tool_choice"], echoed["metadata"]) == ([], "auto", {})
    assert responded({}).truncation == "disabled"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("background", True),
        ("instructions", "Be brief."),
        ("max_output_tokens", 12),
        ("max_tool_calls", 1),
        ("metadata", {"a": "b"}),
        ("parallel_tool_calls", False),
        ("previous_response_id", "resp_0"),
        ("prompt_cache_key", "k"),
        ("prompt_cache_retention", "24h"),
        ("safety_identifier", "s"),
        ("service_tier", "flex"),
        ("store", False),
        ("temperature", 0.2),
        ("tool_choice", {"type": "function", "name": "f"}),
        ("top_logprobs", 3),
        ("top_p", 0.5),
        ("truncation", "auto"),
        ("user", "u"),
    ],
)
def test_what_the_request_says_comes_back_as_it_was(name: str, value: Any) -> None:
    """Of the plain members nothing is changed."""
    assert echo(None, {name: value})[name] == value


@pytest.mark.parametrize("value", [None, [], "x", {"a": 1}, True, 7, [1, None, "x"]])
@pytest.mark.parametrize("name", sorted(ALWAYS))
def test_a_member_of_the_wrong_type_counts_as_absent(name: str, value: Any) -> None:
    """A body that was never checked gives a response object all the same."""
    echoed = echo(None, {name: value})
    assert set(echoed) == ALWAYS
    assert isinstance(echoed["tools"], list)
    assert isinstance(echoed["text"]["format"]["type"], str)
    assert isinstance(echoed["metadata"], dict)


@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        (
            {"type": "function", "name": "f", "parameters": {"type": "object"}},
            {"type": "function", "name": "f", "parameters": {"type": "object"}, "description": None, "strict": True},
        ),
        (
            {"type": "function", "name": "f", "strict": None},
            {"type": "function", "name": "f", "parameters": None, "description": None, "strict": False},
        ),
        (
            {"type": "function", "name": "f", "strict": False, "function": {"name": "f"}, "defer_loading": True},
            {
                "type": "function", "name": "f", "parameters": None, "description": None, "strict": False,
                "defer_loading": True,
            },
        ),
        (
            {"type": "custom", "name": "c"},
            {"type": "custom", "name": "c", "description": None, "format": {"type": "text"}},
        ),
        (
            {"type": "web_search"},
            {"type": "web_search", "filters": None, "search_context_size": "medium", "user_location": None},
        ),
        (
            {"type": "mcp", "server_label": "m", "authorization": "Bearer t", "headers": {"X-Key": "k"}},
            {
                "type": "mcp", "server_label": "m", "headers": None, "allowed_tools": None,
                "require_approval": "always", "server_description": None,
            },
        ),
        ({"type": "shell"}, {"type": "shell"}),
    ],
)  # fmt: skip
def test_tools_come_back_with_what_openai_fills_in(tool: dict[str, Any], expected: dict[str, Any]) -> None:
    """Strictness is explicit, defaults are named, keys are not said again."""
    assert echo(None, {"tools": [tool]})["tools"] == [expected]


def test_the_tools_of_a_namespace_come_back_filled_in_too() -> None:
    """A function in a namespace has the same members as one outside."""
    inner = {"type": "function", "name": "f"}
    tool = {"type": "namespace", "name": "n", "description": "d", "tools": [inner]}
    (echoed,) = echo(None, {"tools": [tool]})["tools"]
    assert echoed["tools"][0]["strict"] is True
    assert "strict" not in inner


@pytest.mark.sdk
def test_a_schema_without_strictness_comes_back_strict() -> None:
    """That is OpenAI's default for `text.format`, unlike Chat's."""
    said = {"type": "json_schema", "name": "n", "schema": {"type": "object"}}
    body = {"text": {"format": said, "verbosity": "low"}}
    assert echo(None, body)["text"] == {
        "format": {**said, "description": None, "strict": True},
        "verbosity": "low",
    }
    assert responded(body).text is not None


def test_the_older_name_of_the_summary_counts() -> None:
    """`generate_summary` was renamed `summary`."""
    echoed = echo(None, {"reasoning": {"effort": "low", "generate_summary": "concise"}})
    assert echoed["reasoning"] == {"effort": "low", "summary": "concise"}


def test_a_conversation_comes_back_as_an_object() -> None:
    """It may be asked for by its id alone."""
    assert echo(None, {"conversation": "conv_1"})["conversation"] == {"id": "conv_1"}
    assert echo(None, {"conversation": {"id": "conv_1"}})["conversation"] == {"id": "conv_1"}


def test_a_request_that_speaks_chat_is_told_in_the_words_of_responses() -> None:
    """The members that both have come back; Chat's own shapes of tools and choices do not."""
    request = Request(
        dialect="chat", model="m", temperature=0.5, max_output_tokens=9, options={"user": "u", "store": False}
    )
    echoed = echo(
        request, {"tools": [{"type": "function", "function": {"name": "f"}}], "tool_choice": {"x": 1}}
    )
    assert set(echoed) == ALWAYS
    assert (echoed["model"], echoed["temperature"], echoed["max_output_tokens"]) == ("m", 0.5, 9)
    assert (echoed["user"], echoed["store"]) == ("u", False)
    assert (echoed["tools"], echoed["tool_choice"]) == ([], "auto")
