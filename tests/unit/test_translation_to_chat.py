"""Requests of both kinds of clients become requests of Chat Completions, and what has no place there is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.chat_requests import FUNCTION, PIXEL, WEATHER, call, from_chat, from_responses, result, user

SCHEMA = {"name": "n", "description": "d", "schema": WEATHER, "strict": True}


# -- parameters


@pytest.mark.parametrize(
    ("members", "sent"),
    [
        ({"max_output_tokens": 5}, {"max_completion_tokens": 5}),
        ({"temperature": 0.5, "top_p": 1}, {"temperature": 0.5, "top_p": 1}),
        ({"text": {"format": {"type": "text"}}}, {"response_format": {"type": "text"}}),
        ({"text": {"format": {"type": "json_object"}}}, {"response_format": {"type": "json_object"}}),
        (
            {"text": {"format": {"type": "json_schema", **SCHEMA}}},
            {"response_format": {"type": "json_schema", "json_schema": SCHEMA}},
        ),
        ({"text": {"verbosity": "low"}}, {"verbosity": "low"}),
        ({"reasoning": {"effort": "high"}}, {"reasoning_effort": "high"}),
        ({"include": ["message.output_text.logprobs"], "top_logprobs": 3}, {"logprobs": True, "top_logprobs": 3}),
        ({"service_tier": "flex"}, {"service_tier": "flex"}),
        ({"prompt_cache_key": "k"}, {"prompt_cache_key": "k"}),
        ({"prompt_cache_retention": "24h"}, {"prompt_cache_retention": "24h"}),
        ({"safety_identifier": "s", "user": "u"}, {"safety_identifier": "s", "user": "u"}),
        ({"stream": True}, {"stream": True, "stream_options": {"include_usage": True}}),
        (
            {"stream": True, "stream_options": {"include_obfuscation": False}},
            {"stream": True, "stream_options": {"include_obfuscation": False, "include_usage": True}},
        ),
        ({"truncation": "disabled", "background": False, "store": False, "metadata": {}}, {}),
        ({"include": ["reasoning.encrypted_content"]}, {}),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)  # fmt: skip
def test_parameters_of_responses_that_chat_has_under_some_name_are_sent_without_a_loss(
    members: dict[str, Any], sent: dict[str, Any]
) -> None:
    """002-D12, 001-D23, 001-D24: sampling, effort and format go where Chat has them."""
    out = from_responses(**members)
    assert out.body == {"model": "m", "messages": [{"role": "user", "content": "hi"}], **sent}
    assert out.losses == []


@pytest.mark.parametrize(
    ("members", "losses"),
    [
        ({"reasoning": {"summary": "auto"}}, [("L116", "/reasoning/summary")]),
        ({"truncation": "auto"}, [("L123", "/truncation")]),
        ({"background": True}, [("L128", "/background")]),
        ({"prompt": {"id": "pmpt_1"}}, [("L128", "/prompt")]),
        ({"previous_response_id": "resp_1"}, [("L128", "/previous_response_id")]),
        ({"conversation": "conv_1"}, [("L128", "/conversation")]),
        ({"store": True}, [("L122", "/store")]),
        ({"metadata": {"a": "b"}}, [("L121", "/metadata")]),
        ({"max_tool_calls": 1}, [("L124", "/max_tool_calls")]),
        ({"context_management": [{"type": "compaction"}]}, [("L124", "/context_management")]),
        ({"include": ["file_search_call.results"]}, [("L124", "/include/0")]),
        ({"top_k": 4}, [("L104", "/top_k")]),
        ({"new_member": 1}, [("L100", "/new_member")]),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)  # fmt: skip
def test_parameters_of_responses_that_chat_has_not_are_left_out_and_told(
    members: dict[str, Any], losses: list[tuple[str, str]]
) -> None:
    """001-D22: what cannot be honoured is no silent echo."""
    out = from_responses(**members)
    assert out.body == {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
    assert out.losses == losses


def test_d20_of_001_max_tool_calls_limits_no_calls_of_the_client() -> None:
    """001-D20: the field is about tools of the provider; the calls of an earlier turn all stay."""
    out = from_responses(
        call("c1"), call("c2"), result("c1"), result("c2"), max_tool_calls=1, tools=[FUNCTION]
    )
    assert [one["id"] for one in out.body["messages"][0]["tool_calls"]] == ["c1", "c2"]


def test_d11_of_002_the_limit_of_tokens_is_the_clients_in_the_member_that_the_upstream_takes() -> None:
    """002-D11, 003-D15: no constant, and `max_completion_tokens` where the upstream wants it."""
    assert "max_tokens" not in from_responses().body
    assert from_responses(max_output_tokens=7).body["max_completion_tokens"] == 7
    assert from_responses(max_output_tokens=7, profile="mistral").body["max_tokens"] == 7
    assert from_chat(max_tokens=7).body["max_completion_tokens"] == 7


def test_d14_of_003_members_that_are_not_official_go_only_where_they_are_known() -> None:
    """003-D14: `top_k` goes to a server that has it, and to no other."""
    assert from_chat(top_k=40, profile="vllm").body["top_k"] == 40
    strict = from_chat(top_k=40)
    assert "top_k" not in strict.body
    assert strict.losses == [("L104", "/top_k")]
    extra: dict[str, Any] = {"chat_template_kwargs": {"enable_thinking": False}}
    assert from_responses(**extra, profile="vllm").body["chat_template_kwargs"] == {"enable_thinking": False}
    assert from_responses(**extra).codes == ["L100"]


def test_what_a_profile_refuses_is_left_out_with_its_loss() -> None:
    """Groq answers these with 400; one answer is what it gives anyway."""
    out = from_chat(seed=1, n=2, logprobs=True, top_logprobs=2, logit_bias={"1": 2}, profile="groq")
    assert out.body.keys() == {"model", "messages", "seed"}
    assert set(out.losses) == {
        ("L106", "/n"), ("L109", "/logprobs"), ("L109", "/top_logprobs"), ("L108", "/logit_bias"),
    }  # fmt: skip
    assert "n" not in from_chat(n=1, profile="groq").body


def test_a_profile_has_its_own_names_for_members() -> None:
    """Mistral's seed is a `random_seed`."""
    assert from_chat(seed=3, profile="mistral").body["random_seed"] == 3


def test_d13_of_002_a_stream_is_always_asked_for_its_usage_where_that_can_be_asked() -> None:
    """002-D13: OpenAI sends no usage otherwise; Mistral sends it anyway, and refuses the question."""
    assert from_chat(stream=True).body["stream_options"] == {"include_usage": True}
    assert "stream_options" not in from_chat(stream=True, profile="mistral").body
    assert "stream_options" not in from_chat().body


def test_a_schema_is_told_in_words_where_only_json_can_be_asked_for() -> None:
    """DeepSeek refuses a schema, and any JSON mode in a conversation that does not say JSON."""
    out = from_responses(
        text={"format": {"type": "json_schema", "name": "n", "schema": WEATHER}}, profile="deepseek"
    )
    assert out.body["response_format"] == {"type": "json_object"}
    first = out.body["messages"][0]
    assert first["role"] == "system"
    assert json.dumps(WEATHER, separators=(",", ":")) in first["content"]
    assert out.losses == [("L111", "/text/format")]


# -- messages


def test_instructions_are_the_first_system_message() -> None:
    """They go before the conversation, which is as it was."""
    out = from_responses(instructions="Be kind.")
    assert out.body["messages"] == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "hi"},
    ]


def test_roles_are_kept_and_a_developer_is_a_system_only_where_there_is_none() -> None:
    """DeepSeek answers a developer with an error."""
    items = (
        {"role": "developer", "content": "d"},
        {"role": "user", "content": "u"},
        {"role": "system", "content": "s"},
    )
    assert [one["role"] for one in from_responses(*items).body["messages"]] == ["developer", "user", "system"]
    assert [one["role"] for one in from_responses(*items, profile="deepseek").body["messages"]] == [
        "system", "user", "system",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("part", "sent"),
    [
        ({"type": "input_text", "text": " a b\n"}, {"type": "text", "text": " a b\n"}),
        (
            {"type": "input_image", "image_url": "https://e/i.png", "detail": "low"},
            {"type": "image_url", "image_url": {"url": "https://e/i.png", "detail": "low"}},
        ),
        ({"type": "input_image", "image_url": PIXEL}, {"type": "image_url", "image_url": {"url": PIXEL}}),
        (
            {"type": "input_file", "file_data": "data:application/pdf;base64,AAAA", "filename": "a.pdf"},
            {"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA", "filename": "a.pdf"}},
        ),
        ({"type": "input_file", "file_id": "file-1"}, {"type": "file", "file": {"file_id": "file-1"}}),
        (
            {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
            {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
        ),
    ],
)  # fmt: skip
def test_d09_of_002_every_kind_of_input_part_has_its_place(
    part: dict[str, Any], sent: dict[str, Any]
) -> None:
    """002-D09, 004-D07: blank words, pictures and files are not dropped, and texts are not joined with anything."""
    out = from_responses(user(part, {"type": "input_text", "text": "bar"}))
    assert out.body["messages"] == [{"role": "user", "content": [sent, {"type": "text", "text": "bar"}]}]
    assert out.losses == []


def test_d09_of_002_a_blank_message_is_a_message() -> None:
    """002-D09: `[user " "]` is no empty conversation."""
    assert from_responses(user({"type": "input_text", "text": " "})).body["messages"] == [
        {"role": "user", "content": " "}
    ]


@pytest.mark.parametrize(
    ("part", "losses"),
    [
        ({"type": "input_file", "file_url": "https://e/a.pdf"}, [("L134", "/input/0/content/0")]),
        ({"type": "input_image", "file_id": "file-1"}, [("L156", "/input/0/content/0")]),
        ({"type": "input_file", "file_id": "file-1", "detail": "high"}, [("L132", "/input/0/content/0")]),
        ({"type": "input_text", "text": "a", "vendor": 1}, [("L100", "/input/0/content/0/vendor")]),
        (
            {"type": "input_text", "text": "a", "cache_control": {"type": "ephemeral"}},
            [("L119", "/input/0/content/0/cache_control")],
        ),
        ({"type": "input_video", "video_url": "u"}, [("L145", "/input/0/content/0")]),
    ],
)  # fmt: skip
def test_parts_that_chat_has_not_are_told(part: dict[str, Any], losses: list[tuple[str, str]]) -> None:
    """Each has the code that says why, at the place of the part."""
    assert from_responses(user(part, {"type": "input_text", "text": "b"})).losses == losses


def test_breakpoints_of_a_cache_go_where_they_are_known() -> None:
    """OpenRouter passes them on to Anthropic."""
    part = {"type": "input_text", "text": "a", "cache_control": {"type": "ephemeral"}}
    out = from_responses(user(part), profile="openrouter")
    assert out.body["messages"][0]["content"] == [
        {"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}
    ]


def test_what_an_assistant_said_is_a_string_and_what_it_refused_a_refusal() -> None:
    """Several texts of one message are one text, joined with nothing."""
    said = {
        "type": "message",
        "role": "assistant",
        "id": "msg_1",
        "status": "completed",
        "phase": "commentary",
        "content": [
            {"type": "output_text", "text": "fo", "annotations": [{"type": "file_citation", "file_id": "f"}]},
            {"type": "output_text", "text": "o", "annotations": [], "logprobs": []},
            {"type": "refusal", "refusal": "no"},
        ],
    }
    out = from_responses(said, user({"type": "input_text", "text": "u"}))
    assert out.body["messages"][0] == {"role": "assistant", "content": "foo", "refusal": "no"}
    assert out.losses == [("L136", "/input/0/content/0"), ("L135", "/input/0/phase")]
