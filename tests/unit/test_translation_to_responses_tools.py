"""Tools in requests to Responses, and requests that are of Responses already."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.translation.profiles import upstream_names, upstream_profile
from tests.asking import asked, chat, responses, told
from tests.responses_requests import HI, PIXEL, SCHEMA, WEATHER, from_chat, item

FUNCTION = {"type": "function", "function": {"name": "weather", "parameters": WEATHER}}


@pytest.mark.parametrize(
    ("function", "sent"),
    [
        ({"name": "f"}, {"parameters": {"type": "object", "properties": {}}, "strict": False}),
        ({"name": "f", "parameters": WEATHER, "strict": None}, {"parameters": WEATHER, "strict": False}),
        ({"name": "f", "parameters": WEATHER, "strict": True}, {"parameters": WEATHER, "strict": True}),
        (
            {"name": "f", "description": "d", "parameters": WEATHER, "strict": False},
            {"description": "d", "parameters": WEATHER, "strict": False},
        ),
    ],
)
def test_the_strictness_of_a_function_is_always_said(function: dict[str, Any], sent: dict[str, Any]) -> None:
    """Left out, it is false in Chat; in Responses it would be true where the schema allows it."""
    out = from_chat(tools=[{"type": "function", "function": function}])
    assert out.body["tools"] == [{"type": "function", "name": "f", **sent}]
    assert out.losses == []


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        ("required", "required"),
        ({"type": "function", "function": {"name": "weather"}}, {"type": "function", "name": "weather"}),
        (
            {
                "type": "allowed_tools",
                "allowed_tools": {
                    "mode": "auto",
                    "tools": [{"type": "function", "function": {"name": "weather"}}],
                },
            },
            {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "weather"}]},
        ),
    ],
)
def test_the_choice_among_tools_is_flat(choice: Any, sent: Any) -> None:
    """Each form of the choice has an equal."""
    out = from_chat(tools=[FUNCTION], tool_choice=choice, parallel_tool_calls=True)
    assert out.body["tool_choice"] == sent
    assert out.body["parallel_tool_calls"] is True
    assert out.losses == []


def test_custom_tools_have_their_grammar_flat() -> None:
    """Chat has it nested."""
    custom = {
        "name": "p",
        "format": {"type": "grammar", "grammar": {"syntax": "regex", "definition": "a+"}},
    }
    out = from_chat(
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c", "type": "custom", "custom": {"name": "p", "input": "aa"}}],
        },
        tools=[{"type": "custom", "custom": custom}],
    )
    assert out.body["tools"] == [
        {"type": "custom", "name": "p", "format": {"type": "grammar", "syntax": "regex", "definition": "a+"}}
    ]
    assert out.body["input"] == [{"type": "custom_tool_call", "call_id": "c", "name": "p", "input": "aa"}]


def test_a_choice_without_tools_is_left_out() -> None:
    """What a Responses client says of it is sent as it is: there it is no error."""
    out = from_chat(tools=[], tool_choice="auto", parallel_tool_calls=False)
    assert out.body.keys() == {"model", "input", "store"}
    assert out.losses == [("L164", "/tool_choice"), ("L164", "/parallel_tool_calls")]
    own = responses(tools=[], tool_choice="auto", parallel_tool_calls=False)
    assert asked("responses", own, "responses").body == own


def test_tools_of_a_chat_server_of_its_own_are_errors() -> None:
    """But a web search is one everywhere."""
    out = from_chat(tools=[{"type": "browser_search"}, {"type": "web_search"}])
    assert out.body["tools"] == [{"type": "web_search"}]
    assert out.losses == [("L161", "/tools/0")]


EXACT: list[dict[str, Any]] = [
    responses(),
    {"model": "m", "input": [], "instructions": "i"},
    {"model": "m", "previous_response_id": "resp_1", "input": "u"},
    responses({"role": "user", "content": "short form"}),
    responses(HI, item("message", role="assistant", content="a")),
    responses(item("message", role="user", content=[])),
    responses(
        item("reasoning", id="rs_1", summary=[], encrypted_content="gAAAAx"),
        item(
            "message",
            id="msg_1",
            role="assistant",
            status="completed",
            phase="commentary",
            content=[{"type": "output_text", "text": "a", "annotations": [], "logprobs": []}],
        ),
        item(
            "message",
            id="msg_2",
            role="assistant",
            content=[{"type": "output_text", "text": "b", "annotations": []}, {"type": "refusal", "refusal": "r"}],
        ),
        item("function_call", id="fc_1", call_id="c1", name="f", arguments="{}", status="completed", namespace="ns"),
        item("web_search_call", id="ws_1", status="completed", action={"type": "search", "query": "q"}),
        item("custom_tool_call", id="ctc_1", call_id="c2", name="p", input="x"),
        item("function_call_output", call_id="c1", output=[{"type": "input_image", "image_url": PIXEL}]),
        item("custom_tool_call_output", id="ctco_1", call_id="c2", output="done"),
        item("item_reference", id="msg_3"),
        item("local_shell_call", id="l", call_id="c3", action={}, status="completed"),
        item("local_shell_call_output", id="c3", output="o"),
    ),
    responses(item("message", role="user", content=[
        {"type": "input_text", "text": "a"},
        {"type": "input_file", "file_url": "https://e/a.pdf"},
        {"type": "input_image", "file_id": "file-1"},
        {"type": "input_video", "video_url": "u"},
    ])),
    responses(
        tools=[
            {"type": "function", "name": "f", "parameters": None, "strict": False},
            {"type": "namespace", "name": "ns", "description": "d", "tools": [
                {"type": "function", "name": "g", "parameters": WEATHER, "strict": True, "defer_loading": True},
                {"type": "custom", "name": "p", "format": {"type": "text"}},
            ]},
            {"type": "web_search_preview_2025_03_11", "search_context_size": "low"},
            {"type": "mcp", "server_label": "s", "server_url": "https://e"},
        ],
        tool_choice={"type": "mcp", "server_label": "s"},
        max_tool_calls=2,
    ),
    responses(
        tools=[{"type": "function", "name": "f", "parameters": WEATHER}],
        tool_choice={"type": "function", "name": "f"},
    ),
    responses(store=False, include=["reasoning.encrypted_content", "message.output_text.logprobs"], top_logprobs=1),
    responses(reasoning={"effort": "low", "summary": "auto", "context": "c"}),
    responses(text={"verbosity": "low", "format": {"type": "text"}}),
    responses(text={"format": {"type": "json_schema", **SCHEMA}}, truncation="auto", background=True, metadata={}),
    responses(conversation={"id": "conv_1"}, prompt={"id": "p"}, service_tier="flex", vendor={"a": None}),
    responses(stream=True, stream_options={"include_obfuscation": False}, context_management=[{"type": "compaction"}]),
    responses(temperature=0, top_p=1, max_output_tokens=16, parallel_tool_calls=False, frequency_penalty=0.5),
]  # fmt: skip


@pytest.mark.parametrize("body", EXACT, ids=range(len(EXACT)))
def test_what_a_responses_client_sent_is_sent_as_it_was(body: dict[str, Any]) -> None:
    """001-D25, 001-D27: every item stays, with its ids, in its place."""
    out = asked("responses", body, "responses")
    assert out.body == body
    assert out.losses == []


def test_d22_of_001_state_that_an_upstream_has_not_is_an_error() -> None:
    """001-D22: a stateless server would answer without the conversation."""
    out = asked("responses", responses(previous_response_id="resp_1"), "responses", "ollama")
    assert "previous_response_id" not in out.body
    assert out.losses == [("L128", "/previous_response_id")]
    assert out.session.ledger.refused() is not None


def test_what_another_vendor_encrypted_is_never_sent() -> None:
    """L153: an item of which nothing else is left is left out; one with words keeps them where they are taken."""
    sealed = item("reasoning", id="rs_1", summary=[], encrypted_content="hx1:anthropic:c2VjcmV0")
    out = asked("responses", responses(sealed, HI), "responses")
    assert out.body["input"] == [HI]
    assert ("L153", "/input/0") in out.losses
    fernet = item("reasoning", id="rs_1", summary=[], encrypted_content="gAAAAAsecret")
    assert asked("responses", responses(fernet, HI), "responses", "xai").body["input"] == [HI]
    words = {**sealed, "summary": [{"type": "summary_text", "text": "hm"}]}
    kept = asked("responses", responses(words, HI), "responses", "llamacpp").body["input"][0]
    assert kept["content"] == [{"type": "reasoning_text", "text": "hm"}]
    assert "encrypted_content" not in kept


def test_what_the_upstream_encrypted_itself_is_unwrapped_for_it() -> None:
    """A client that changed its upstream and back again brings it in the form in which it was given it."""
    sealed = item("reasoning", id="rs_1", summary=[], encrypted_content="hx1:xai:c2VjcmV0")
    out = asked("responses", responses(sealed, HI), "responses", "xai")
    assert out.body["input"][0] == {
        "type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "secret",
    }  # fmt: skip
    assert out.losses == []


def test_servers_without_custom_tools_and_namespaces_get_functions_with_both_names() -> None:
    """Their Responses endpoints know functions only."""
    space = {
        "type": "namespace",
        "name": "ns",
        "tools": [{"type": "custom", "name": "p", "description": "Apply it."}],
    }
    made = item("custom_tool_call", id="ctc_1", call_id="c", name="p", namespace="ns", input="x")
    answer = item("custom_tool_call_output", call_id="c", output="o")
    out = asked("responses", responses(made, answer, tools=[space]), "responses", "vllm")
    assert out.body["tools"][0]["name"] == "ns__p"
    assert out.body["tools"][0]["type"] == "function"
    assert out.body["input"] == [
        {"type": "function_call", "call_id": "c", "name": "ns__p", "arguments": '{"input":"x"}'},
        {"type": "function_call_output", "call_id": "c", "output": "o"},
    ]
    assert out.session.tool_names == {"ns__p": ("ns", "p")}
    assert out.session.emulated == {"ns__p"}


def test_a_developer_is_a_system_where_the_server_knows_none() -> None:
    """DeepSeek says so at its Responses endpoint, too."""
    out = asked("responses", responses({"role": "developer", "content": "d"}), "responses", "deepseek")
    assert out.body["input"] == [{"role": "system", "content": "d"}]


def test_the_choice_of_a_tool_is_made_by_leaving_out_the_others_where_it_would_be_passed_over() -> None:
    """llama.cpp reads an object as `auto`."""
    tools = [{"type": "function", "name": name, "parameters": WEATHER, "strict": False} for name in "fg"]
    body = responses(tools=tools, tool_choice={"type": "function", "name": "g"})
    out = asked("responses", body, "responses", "llamacpp")
    assert out.body["tools"] == tools[1:]
    assert out.body["tool_choice"] == "required"
    assert out.losses == [("L162", "/tool_choice"), ("L162", "/tools/0")]


@pytest.mark.parametrize("profile", upstream_names())
def test_every_profile_is_told_a_plain_question_plainly(profile: str) -> None:
    """No profile adds anything of its own."""
    out = asked("responses", responses(), "responses", profile)
    assert out.body == responses()
    assert out.losses == []


def test_strictness_is_left_out_where_it_is_not_taken() -> None:
    """It is told only where the client said it."""
    profile = replace(upstream_profile("openai"), strict_tools=False)
    request = asked("chat", chat(tools=[FUNCTION]), "chat").session.request
    assert request is not None
    assert "strict" not in told(request, "responses", profile).body["tools"][0]
    strict = asked(
        "chat",
        chat(tools=[{"type": "function", "function": {"name": "f", "strict": True}}]),
        "responses",
        profile,
    )
    assert strict.losses == [("L160", "/tools/0")]
