"""Tools in requests to Chat Completions, and requests that are of Chat already."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.translation.profiles import upstream_names
from tests.asking import asked, chat
from tests.chat_requests import (
    CUSTOM,
    FUNCTION,
    WEATHER,
    call,
    chat_call,
    from_chat,
    from_responses,
    result,
)

CHAT_FUNCTION = {"type": "function", "function": {"name": "weather", "parameters": WEATHER, "strict": True}}


# -- tools


def test_functions_say_what_the_client_said_of_them() -> None:
    """Name, schema and strictness are the same; the form is Chat's."""
    out = from_responses(tools=[FUNCTION], parallel_tool_calls=False)
    assert out.body["tools"] == [CHAT_FUNCTION]
    assert out.body["parallel_tool_calls"] is False


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        ("none", "none"),
        ("auto", "auto"),
        ("required", "required"),
        ({"type": "function", "name": "weather"}, {"type": "function", "function": {"name": "weather"}}),
        ({"type": "custom", "name": "patch"}, {"type": "custom", "custom": {"name": "patch"}}),
        (
            {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "weather"}]},
            {
                "type": "allowed_tools",
                "allowed_tools": {
                    "mode": "required",
                    "tools": [{"type": "function", "function": {"name": "weather"}}],
                },
            },
        ),
    ],
)
def test_the_choice_among_tools_has_chats_form(choice: Any, sent: Any) -> None:
    """Each form of the choice has an equal."""
    out = from_responses(tools=[FUNCTION, CUSTOM], tool_choice=choice)
    assert out.body["tool_choice"] == sent
    assert out.losses == []


def test_a_choice_that_a_server_would_pass_over_is_made_by_leaving_out_the_other_tools() -> None:
    """llama.cpp reads an object as `auto`, and vLLM knows no `allowed_tools`."""
    tools = [FUNCTION, {**FUNCTION, "name": "other"}]
    named = from_responses(
        tools=tools, tool_choice={"type": "function", "name": "weather"}, profile="llamacpp"
    )
    assert named.body["tool_choice"] == "required"
    assert named.body["tools"] == [CHAT_FUNCTION]
    allowed = {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "weather"}]}
    limited = from_responses(tools=tools, tool_choice=allowed, profile="vllm")
    assert limited.body["tool_choice"] == "auto"
    assert limited.body["tools"] == [CHAT_FUNCTION]
    assert named.losses == limited.losses == [("L162", "/tool_choice"), ("L162", "/tools/1")]


def test_d12_of_002_an_empty_list_of_tools_is_left_out() -> None:
    """002-D12: OpenAI refuses `tools: []`; a choice among no tools goes with it, and is told (L164)."""
    out = from_responses(tools=[], tool_choice="auto", parallel_tool_calls=True)
    assert out.body.keys() == {"model", "messages"}
    assert out.losses == [("L164", "/tool_choice"), ("L164", "/parallel_tool_calls")]


def test_tools_that_the_provider_runs_are_errors_but_for_the_search() -> None:
    """The web search is an option in Chat; the others nobody would run."""
    out = from_responses(
        tools=[
            {"type": "file_search", "vector_store_ids": ["vs_1"]},
            {
                "type": "web_search_preview_2025_03_11",
                "search_context_size": "low",
                "user_location": {"type": "approximate", "city": "Paris"},
                "filters": {},
            },
        ]
    )
    assert out.losses == [("L161", "/tools/0"), ("L126", "/tools/1/filters")]
    assert out.body["web_search_options"] == {
        "search_context_size": "low",
        "user_location": {"type": "approximate", "approximate": {"city": "Paris"}},
    }
    assert from_responses(tools=[{"type": "web_search"}], profile="groq").losses == [("L161", "/tools/0")]
    hosted = from_responses(tools=[FUNCTION, {"type": "web_search"}], tool_choice={"type": "web_search"})
    assert hosted.losses == [("L163", "/tool_choice")]


def test_custom_tools_have_their_grammar_nested() -> None:
    """Responses has it flat."""
    assert from_responses(tools=[CUSTOM]).body["tools"] == [
        {
            "type": "custom",
            "custom": {
                "name": "patch",
                "description": "Apply it.",
                "format": {"type": "grammar", "grammar": {"syntax": "lark", "definition": "start: /a+/"}},
            },
        }
    ]


def test_a_custom_tool_is_a_function_where_there_is_none_and_is_remembered() -> None:
    """Tool, choice and earlier calls are of one kind, and the model is told the grammar in words."""
    custom = {"type": "custom_tool_call", "call_id": "c1", "name": "patch", "input": 'say "é"\n'}
    output = {"type": "custom_tool_call_output", "call_id": "c1", "output": "done"}
    choice = {"type": "custom", "name": "patch"}
    out = from_responses(custom, output, tools=[CUSTOM], tool_choice=choice, profile="vllm")
    function = out.body["tools"][0]["function"]
    assert function["parameters"]["required"] == ["input"]
    assert "start: /a+/" in function["description"]
    made = out.body["messages"][0]["tool_calls"][0]
    assert made["type"] == "function"
    assert json.loads(made["function"]["arguments"]) == {"input": 'say "é"\n'}
    assert out.body["tool_choice"] == {"type": "function", "function": {"name": "patch"}}
    assert out.session.emulated == {"patch"}
    assert out.losses == [("L144", "/input/0"), ("L144", "/tools/0")]


def test_namespaces_become_part_of_the_name_and_are_remembered() -> None:
    """A name that is taken gives way to another."""
    space = {"type": "namespace", "name": "ns", "description": "d", "tools": [FUNCTION]}
    plain = {**FUNCTION, "name": "ns__weather"}
    out = from_responses(call("c1", namespace="ns"), result("c1"), tools=[space])
    assert out.body["tools"][0]["function"]["name"] == "ns__weather"
    assert out.body["messages"][0]["tool_calls"][0]["function"]["name"] == "ns__weather"
    assert out.session.tool_names == {"ns__weather": ("ns", "weather")}
    taken = from_responses(tools=[plain, space])
    names = [tool["function"]["name"] for tool in taken.body["tools"]]
    assert len(set(names)) == 2
    assert taken.session.tool_names[names[1]] == ("ns", "weather")
    assert "L139" in taken.codes


def test_a_name_that_would_be_too_long_is_shortened_to_one_of_its_own() -> None:
    """OpenAI allows 64 characters."""
    spaces = [
        {"type": "namespace", "name": "n" * 60, "tools": [{**FUNCTION, "name": name}]}
        for name in ("weather", "whether")
    ]
    names = [tool["function"]["name"] for tool in from_responses(tools=spaces).body["tools"]]
    assert len(set(names)) == 2
    assert all(len(name) <= 64 for name in names)


# -- Chat clients


EXACT: list[dict[str, Any]] = [
    chat({"role": "developer", "content": "d"}, {"role": "user", "content": "u", "name": "ann"}),
    chat({"role": "user", "content": [{"type": "text", "text": "a"}]}),
    chat({"role": "user", "content": []}),
    chat({"role": "user", "content": ""}),
    chat(
        {"role": "user", "content": "u"},
        {"role": "assistant", "content": None, "tool_calls": [chat_call("c1"), chat_call("c2")]},
        {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "1"}]},
        {"role": "tool", "tool_call_id": "c2", "content": "2", "name": "weather"},
        tools=[CHAT_FUNCTION],
        tool_choice={"type": "function", "function": {"name": "weather"}},
        parallel_tool_calls=True,
    ),
    chat({"role": "assistant", "content": None, "tool_calls": [chat_call("unanswered", arguments="{bad")]}),
    chat({"role": "assistant", "content": "a", "refusal": "r"}),
    chat({"role": "assistant", "content": [{"type": "text", "text": "a"}, {"type": "refusal", "refusal": "r"}]}),
    chat({"role": "assistant", "content": None, "audio": {"id": "audio_1"}}, modalities=["text", "audio"]),
    chat(
        {
            "role": "assistant",
            "content": "a",
            "annotations": [{"type": "url_citation", "url_citation": {"url": "https://e", "start_index": 0}}],
        }
    ),
    chat(
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c", "type": "custom", "custom": {"name": "p", "input": "x"}}],
        }
    ),
    chat({"role": "user", "content": [{"type": "video_url", "video_url": {"url": "u"}}]}),
    chat({"role": "user", "content": "u", "vendor": {"a": 1}}, metadata={"a": "b"}, store=True, vendor=[1]),
    chat(n=3, seed=0, stop=["a", "b"], logprobs=True, top_logprobs=0, logit_bias={"1": -1}, user="u"),
    chat(frequency_penalty=0, presence_penalty=-1.5, temperature=0, top_p=0.1, verbosity="low"),
    chat(reasoning_effort="none"),
    chat(web_search_options={"search_context_size": "low"}, prediction={"type": "content", "content": "c"}),
    chat(stream=True, stream_options={"include_usage": True, "include_obfuscation": False}),
    chat(response_format={"type": "json_schema", "json_schema": {"name": "n", "schema": WEATHER, "strict": False}}),
    chat(
        tools=[CHAT_FUNCTION, {"type": "custom", "custom": {"name": "p", "format": {"type": "text"}}}],
        tool_choice={
            "type": "allowed_tools",
            "allowed_tools": {"mode": "auto", "tools": [{"type": "custom", "custom": {"name": "p"}}]},
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize("body", EXACT, ids=range(len(EXACT)))
def test_what_a_chat_client_sent_is_sent_as_it_was(body: dict[str, Any]) -> None:
    """D16 of 003: the assistant's turn goes back whole: refusal, calls, and null where it said nothing."""
    out = asked("chat", body, "chat")
    assert out.body == body
    assert out.losses == []


def test_thoughts_of_a_chat_client_go_back_as_they_came_where_the_upstream_takes_them() -> None:
    """Of several members with the same thought the upstream is sent one."""
    details = [
        {
            "type": "reasoning.text",
            "text": "hm",
            "signature": "s",
            "format": "anthropic-claude-v1",
            "index": 0,
        },
        {"type": "reasoning.encrypted", "data": "x", "format": "openai-responses-v1", "index": 1},
    ]
    message = {"role": "assistant", "content": "a", "reasoning": "hm", "reasoning_details": details}
    out = from_chat(message, profile="openrouter")
    assert out.body["messages"] == [{"role": "assistant", "content": "a", "reasoning_details": details}]
    assert out.losses == []
    assert from_chat(message, profile="vllm").body["messages"][0]["reasoning"] == "hm"


def test_legacy_functions_become_tools_and_their_calls_get_ids() -> None:
    """The legacy form has no ids: a result answers the call of its name that waits longest."""
    out = from_chat(
        {"role": "assistant", "content": None, "function_call": {"name": "weather", "arguments": "{}"}},
        {"role": "function", "name": "weather", "content": "sunny"},
        functions=[{"name": "weather", "parameters": WEATHER}],
        function_call={"name": "weather"},
    )
    made = out.body["messages"][0]["tool_calls"][0]
    assert made["id"].startswith("call_")
    assert out.body["messages"][1] == {"role": "tool", "tool_call_id": made["id"], "content": "sunny"}
    assert out.body["tools"] == [{"type": "function", "function": {"name": "weather", "parameters": WEATHER}}]
    assert out.body["tool_choice"] == {"type": "function", "function": {"name": "weather"}}
    assert out.body["parallel_tool_calls"] is False
    assert out.losses == []


@pytest.mark.parametrize("profile", upstream_names())
def test_every_profile_is_told_a_plain_question_plainly(profile: str) -> None:
    """No profile adds anything of its own."""
    out = from_chat(profile=profile)
    assert out.body == chat()
    assert out.losses == []
