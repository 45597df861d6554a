"""The members of a Chat request become neutral words, or are refused as OpenAI does."""

from __future__ import annotations

from typing import Any

import pytest

from harness.errors import RequestRefused
from harness.translation.losses import Ledger
from harness.translation.requests.from_chat import from_chat
from harness.turn.conversation import OutputFormat, ReasoningWish, Request, TextPart
from harness.turn.tools import HostedTool

LEAST: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


def read(**members: Any) -> Request:
    """The neutral request of the least body with more members."""
    return from_chat(LEAST | members, Ledger())


def losses(**members: Any) -> list[tuple[str, str]]:
    """What is noted while it is read."""
    ledger = Ledger()
    from_chat(LEAST | members, ledger)
    return [(loss.code, loss.at) for loss in ledger.losses]


def refusal(body: dict[str, Any]) -> dict[str, str | None]:
    """The error object that a body is answered with."""
    with pytest.raises(RequestRefused) as caught:
        from_chat(body, Ledger())
    assert caught.value.status == 400
    return caught.value.body()["error"]


def test_the_least_request_says_nothing_more() -> None:
    """None is "not said", so nothing is made up."""
    request = read()
    assert (request.dialect, request.model, request.stream, request.include_usage) == (
        "chat",
        "m",
        False,
        False,
    )
    assert request.messages[0].parts == (TextPart(text="hi", at="/messages/0/content"),)
    assert (request.tools, request.tool_choice, request.stop, request.options, request.extra) == (
        None,
        None,
        None,
        {},
        {},
    )


def test_sampling_and_limits_keep_their_values_and_places() -> None:
    """000-D16: temperature, top_p, max_tokens, stop, n, seed, logprobs and the like are not dropped."""
    request = read(
        temperature=0.5,
        top_p=1,
        top_k=40,
        seed=-7,
        stop=["a", "b"],
        n=2,
        frequency_penalty=-2,
        presence_penalty=2.0,
        logprobs=True,
        top_logprobs=3,
        max_completion_tokens=5,
        verbosity="low",
        parallel_tool_calls=False,
    )
    assert (request.temperature, request.top_p, request.top_k, request.seed) == (0.5, 1, 40, -7)
    assert (request.stop, request.choices, request.logprobs, request.top_logprobs) == (
        ("a", "b"),
        2,
        True,
        3,
    )
    assert (request.frequency_penalty, request.presence_penalty) == (-2, 2.0)
    assert (request.verbosity, request.parallel_tool_calls) == ("low", False)
    assert request.max_output_tokens == 5
    assert request.pointer("choices") == "/n"
    assert request.pointer("max_output_tokens") == "/max_completion_tokens"
    assert request.pointer("temperature") == "/temperature"


def test_several_answers_are_asked_for_as_said() -> None:
    """000-D18 and 003-D12: `n` is neither dropped nor taken for one."""
    assert read(n=3).choices == 3


def test_a_single_stop_sequence_may_be_a_string() -> None:
    """Both forms are official."""
    assert read(stop="END").stop == ("END",)
    assert read(stop=None).stop is None


def test_the_newer_limit_counts_where_both_are_there() -> None:
    """L101, and only where they differ; 003-D15: the older name is read, and which one is sent is the upstream's."""
    assert read(max_tokens=9).max_output_tokens == 9
    assert read(max_tokens=9).pointer("max_output_tokens") == "/max_tokens"
    assert read(max_tokens=9, max_completion_tokens=8).max_output_tokens == 8
    assert losses(max_tokens=9, max_completion_tokens=8) == [("L101", "/max_tokens")]
    assert losses(max_tokens=8, max_completion_tokens=8) == []


def test_structured_output_is_read_in_all_forms() -> None:
    """The three kinds of `response_format`."""
    assert read(response_format={"type": "text"}).output == OutputFormat(kind="text", at="/response_format")
    assert read(response_format={"type": "json_object"}).output == OutputFormat(
        kind="json_object", at="/response_format"
    )
    schema = {"type": "object", "properties": {}}
    asked = {"name": "answer", "description": "d", "schema": schema, "strict": True}
    assert read(response_format={"type": "json_schema", "json_schema": asked}).output == OutputFormat(
        kind="json_schema", name="answer", description="d", schema=schema, strict=True, at="/response_format"
    )


def test_a_stream_and_its_options_are_read() -> None:
    """003-05: usage is reported to a client that asked for it."""
    request = read(stream=True, stream_options={"include_usage": True, "include_obfuscation": False})
    assert (request.stream, request.include_usage) == (True, True)
    assert request.stream_options == {"include_usage": True, "include_obfuscation": False}
    assert not read(stream=True, stream_options={"include_usage": False}).include_usage


def test_reasoning_is_asked_for_in_the_official_member_and_in_that_of_openrouter() -> None:
    """The latter stays in `extra` too, for an upstream that takes it as it is."""
    assert read(reasoning_effort="xhigh").reasoning == ReasoningWish(effort="xhigh")
    wish = {"effort": "low", "max_tokens": 100, "summary": "auto", "exclude": True}
    request = read(reasoning=wish)
    assert request.reasoning == ReasoningWish(effort="low", budget=100, summary="auto")
    assert request.pointer("reasoning") == "/reasoning"
    assert request.extra == {"reasoning": wish}
    both = read(reasoning=wish, reasoning_effort="high")
    assert both.reasoning is not None
    assert both.reasoning.effort == "high"
    assert read(reasoning={"effort": "odd", "max_tokens": True}).reasoning is None
    assert read(reasoning="much").extra == {"reasoning": "much"}


def test_web_search_options_are_a_tool_of_the_provider() -> None:
    """They have a place of their own, as they are no tool in Chat."""
    value = {
        "search_context_size": "low",
        "user_location": {"type": "approximate", "approximate": {"city": "Rome"}},
    }
    assert read(web_search_options=value).web_search == HostedTool(
        kind="web_search", value=value, dialect="chat", at="/web_search_options"
    )
    assert read(web_search_options={}).web_search is not None


def test_options_that_only_openai_has_are_kept_as_sent() -> None:
    """Each under its own name, nulls left out."""
    options: dict[str, Any] = {
        "service_tier": "flex",
        "prompt_cache_key": "k",
        "prompt_cache_retention": "24h",
        "prompt_cache_options": {"mode": "explicit"},
        "safety_identifier": "s",
        "user": "u",
        "metadata": {"a": "b"},
        "store": True,
        "modalities": ["text", "audio"],
        "audio": {"voice": "alloy", "format": "wav"},
        "prediction": {"type": "content", "content": [{"type": "text", "text": "t"}]},
        "logit_bias": {"50256": -100},
        "moderation": {"model": "omni-moderation-latest"},
    }
    assert read(**options).options == options
    assert read(**dict.fromkeys(options)).options == {}
    assert read(audio={"voice": {"id": "voice_1"}, "format": "mp3"}).options["audio"]["voice"] == {
        "id": "voice_1"
    }
    assert "prediction" in read(prediction={"type": "content", "content": "t"}).options


def test_members_that_nobody_knows_are_kept_for_the_same_dialect() -> None:
    """003-D14: they are not sent to everybody; 003-03: an upstream that takes them is sent them."""
    extra = {"chat_template_kwargs": {"enable_thinking": False}, "previous_response_id": "resp_1"}
    assert read(**extra).extra == extra


def test_unknown_members_inside_the_output_format_are_noted() -> None:
    """There is no room for them."""
    asked = {"type": "json_schema", "json_schema": {"name": "a", "odd": 1}, "other": 2}
    assert losses(response_format=asked) == [
        ("L100", "/response_format/other"),
        ("L100", "/response_format/json_schema/odd"),
    ]


@pytest.mark.parametrize(
    ("members", "message", "param", "code"),
    [
        (
            {"temperature": 3},
            "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3 instead.",
            "temperature",
            "decimal_above_max_value",
        ),
        (
            {"top_p": -0.1},
            "Invalid 'top_p': decimal below minimum value. Expected a value >= 0, but got -0.1 instead.",
            "top_p",
            "decimal_below_min_value",
        ),
        (
            {"max_tokens": 0},
            "Invalid 'max_tokens': integer below minimum value. Expected a value >= 1, but got 0 instead.",
            "max_tokens",
            "integer_below_min_value",
        ),
        (
            {"n": 129},
            "Invalid 'n': integer above maximum value. Expected a value <= 128, but got 129 instead.",
            "n",
            "integer_above_max_value",
        ),
        (
            {"stop": ["a"] * 5},
            (
                "Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length "
                "5 instead."
            ),
            "stop",
            "array_above_max_length",
        ),
        (
            {"stop": 1},
            "Invalid type for 'stop': expected one of a string or array of strings, but got an integer instead.",
            "stop",
            "invalid_type",
        ),
        (
            {"reasoning_effort": "very"},
            (
                "Invalid value: 'very'. Supported values are: 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', and "
                "'max'."
            ),
            "reasoning_effort",
            "invalid_value",
        ),
        (
            {"stream": "yes"},
            "Invalid type for 'stream': expected a boolean, but got a string instead.",
            "stream",
            "invalid_type",
        ),
        (
            {"stream_options": {"include_usage": True}},
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            "stream_options",
            None,
        ),
        (
            {"top_logprobs": 1},
            "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.",
            "top_logprobs",
            None,
        ),
        (
            {"response_format": {"type": "yaml"}},
            "Invalid value: 'yaml'. Supported values are: 'json_object', 'json_schema', and 'text'.",
            "response_format.type",
            "invalid_value",
        ),
        (
            {"response_format": {"type": "json_schema"}},
            "Missing required parameter: 'response_format.json_schema'.",
            "response_format.json_schema",
            "missing_required_parameter",
        ),
        (
            {"modalities": ["text", "smell"]},
            "Invalid value: 'smell'. Supported values are: 'text' and 'audio'.",
            "modalities[1]",
            "invalid_value",
        ),
        (
            {"metadata": {"a": 1}},
            "Invalid type for 'metadata.a': expected a string, but got an integer instead.",
            "metadata.a",
            "invalid_type",
        ),
        (
            {"logit_bias": {"7": 101}},
            "Invalid 'logit_bias.7': decimal above maximum value. Expected a value <= 100, but got 101 instead.",
            "logit_bias.7",
            "decimal_above_max_value",
        ),
        (
            {"audio": {"voice": 1, "format": "wav"}},
            "Invalid type for 'audio.voice': expected an object, but got an integer instead.",
            "audio.voice",
            "invalid_type",
        ),
        (
            {"prediction": {"type": "content", "content": 1}},
            (
                "Invalid type for 'prediction.content': expected one of a string or array of objects, but got "
                "an integer instead."
            ),
            "prediction.content",
            "invalid_type",
        ),
        (
            {"web_search_options": {"user_location": {"type": "exact"}}},
            "Invalid value: 'exact'. Supported values are: 'approximate'.",
            "web_search_options.user_location.type",
            "invalid_value",
        ),
    ],
)
def test_a_wrong_member_is_refused_as_openai_does(
    members: dict[str, Any], message: str, param: str, code: str | None
) -> None:
    """Message, param and code."""
    assert refusal(LEAST | members) == {
        "message": message,
        "type": "invalid_request_error",
        "param": param,
        "code": code,
    }


@pytest.mark.parametrize("model", [{}, {"model": None}, {"model": ""}])
def test_a_request_without_a_model_is_refused(model: dict[str, Any]) -> None:
    """This one has words of its own, and neither param nor code."""
    assert refusal({"messages": LEAST["messages"], **model}) == {
        "message": "you must provide a model parameter",
        "type": "invalid_request_error",
        "param": None,
        "code": None,
    }


def test_a_request_without_messages_is_refused() -> None:
    """Absent, of another type, or empty."""
    assert refusal({"model": "m"})["message"] == "Missing required parameter: 'messages'."
    assert refusal({"model": "m", "messages": "hi"})["code"] == "invalid_type"
    assert refusal({"model": "m", "messages": []})["code"] == "empty_array"
    assert refusal({"model": "m", "messages": [1]})["param"] == "messages[0]"
