"""Requests of both kinds of clients become requests of Responses, and what has no place there is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.translation.manner import Manner
from tests.responses_requests import HI, PIXEL, SCHEMA, WEATHER, from_chat, user


def call(call_id: str, arguments: str = "{}") -> dict[str, Any]:
    """A call of an earlier turn, as Chat has it."""
    return {"id": call_id, "type": "function", "function": {"name": "weather", "arguments": arguments}}


# -- parameters


@pytest.mark.parametrize(
    ("members", "sent"),
    [
        ({"max_completion_tokens": 5}, {"max_output_tokens": 5}),
        ({"max_tokens": 5}, {"max_output_tokens": 5}),
        ({"temperature": 0, "top_p": 0.5}, {"temperature": 0, "top_p": 0.5}),
        ({"n": 1}, {}),
        (
            {"logprobs": True, "top_logprobs": 2},
            {"include": ["message.output_text.logprobs"], "top_logprobs": 2},
        ),
        ({"logprobs": False}, {}),
        ({"response_format": {"type": "json_object"}}, {"text": {"format": {"type": "json_object"}}}),
        (
            {"response_format": {"type": "json_schema", "json_schema": SCHEMA}},
            {"text": {"format": {"type": "json_schema", **SCHEMA}}},
        ),
        ({"verbosity": "low"}, {"text": {"verbosity": "low"}}),
        ({"reasoning_effort": "minimal"}, {"reasoning": {"effort": "minimal"}}),
        (
            {"reasoning": {"effort": "low", "summary": "auto"}},
            {"reasoning": {"effort": "low", "summary": "auto"}},
        ),
        ({"service_tier": "flex", "user": "u"}, {"service_tier": "flex", "user": "u"}),
        ({"prompt_cache_key": "k", "safety_identifier": "s"}, {"prompt_cache_key": "k", "safety_identifier": "s"}),
        ({"metadata": {"a": "b"}, "store": True}, {"metadata": {"a": "b"}, "store": True}),
        ({"modalities": ["text"]}, {}),
        ({"stream": True, "stream_options": {"include_usage": True}}, {"stream": True}),
        (
            {"stream": True, "stream_options": {"include_obfuscation": False}},
            {"stream": True, "stream_options": {"include_obfuscation": False}},
        ),
        (
            {
                "web_search_options": {
                    "search_context_size": "low",
                    "user_location": {"type": "approximate", "approximate": {"city": "Paris"}},
                }
            },
            {
                "tools": [
                    {
                        "type": "web_search",
                        "search_context_size": "low",
                        "user_location": {"type": "approximate", "city": "Paris"},
                    }
                ]
            },
        ),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)  # fmt: skip
def test_parameters_of_chat_that_responses_has_under_some_name_are_sent_without_a_loss(
    members: dict[str, Any], sent: dict[str, Any]
) -> None:
    """Chat stores nothing unless it is asked to, and Responses everything unless it is asked not to."""
    out = from_chat(**members)
    assert out.body == {"model": "m", "input": [HI], "store": False, **sent}
    assert out.losses == []


@pytest.mark.parametrize(
    ("members", "losses"),
    [
        ({"stop": ["x"]}, [("L105", "/stop")]),
        ({"n": 2}, [("L106", "/n")]),
        ({"seed": 1}, [("L107", "/seed")]),
        ({"frequency_penalty": 1}, [("L108", "/frequency_penalty")]),
        ({"presence_penalty": 1}, [("L108", "/presence_penalty")]),
        ({"logit_bias": {"1": 1}}, [("L108", "/logit_bias")]),
        ({"top_k": 4}, [("L104", "/top_k")]),
        ({"modalities": ["audio"]}, [("L125", "/modalities")]),
        ({"audio": {"voice": "v", "format": "wav"}}, [("L125", "/audio")]),
        ({"prediction": {"type": "content", "content": "c"}}, [("L125", "/prediction")]),
        ({"web_search_options": {"new": 1}, "stop": []}, [("L126", "/web_search_options/new")]),
        ({"new_member": 1}, [("L100", "/new_member")]),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)  # fmt: skip
def test_parameters_of_chat_that_responses_has_not_are_left_out_and_told(
    members: dict[str, Any], losses: list[tuple[str, str]]
) -> None:
    """Those without which the answer would be another are errors: stop sequences, and more than one answer."""
    out = from_chat(**members)
    assert out.body.keys() <= {"model", "input", "store", "tools"}
    assert out.losses == losses
    assert (out.session.ledger.refused() is not None) == (losses[0][0] in {"L105", "L106"})


def test_stop_sequences_are_no_loss_where_they_are_looked_for_here() -> None:
    """The manner says so; the upstream is not told of them either way."""
    out = from_chat(stop="x", manner=Manner(emulate_stop=True))
    assert "stop" not in out.body
    assert out.losses == []


def test_servers_that_have_more_than_the_dialect_are_sent_it() -> None:
    """VLLM takes `top_k` at both of its endpoints."""
    assert from_chat(top_k=4, profile="vllm").body["top_k"] == 4


def test_what_is_always_said_is_not_said_where_it_is_refused() -> None:
    """`store: false` is an error at Mistral, and means nothing to servers that store nothing."""
    assert "store" not in from_chat(profile="ollama").body
    assert from_chat(store=True, metadata={"a": "b"}, profile="ollama").losses == [
        ("L121", "/metadata"),
        ("L122", "/store"),
    ]


def test_a_schema_is_told_in_words_where_only_json_can_be_asked_for() -> None:
    """DeepSeek has any JSON, and no schema."""
    out = from_chat(response_format={"type": "json_schema", "json_schema": SCHEMA}, profile="deepseek")
    assert out.body["text"] == {"format": {"type": "json_object"}}
    assert json.dumps(WEATHER, separators=(",", ":")) in out.body["instructions"]
    assert out.losses == [("L111", "/response_format")]


# -- messages


def test_system_messages_are_items_unless_the_manner_wants_them_as_instructions() -> None:
    """Only those that lead, and only where something is left: the input must not be empty."""
    system = {"role": "system", "content": "a"}
    developer = {"role": "developer", "content": "b"}
    plain = from_chat(system, developer, {"role": "user", "content": "hi"})
    assert [item["role"] for item in plain.body["input"]] == ["system", "developer", "user"]
    assert "instructions" not in plain.body
    hoisted = from_chat(
        system, developer, {"role": "user", "content": "hi"}, manner=Manner(hoist_system=True)
    )
    assert hoisted.body["instructions"] == "a\n\nb"
    assert hoisted.body["input"] == [HI]
    alone = from_chat(system, manner=Manner(hoist_system=True))
    assert "instructions" not in alone.body
    assert len(alone.body["input"]) == 1


@pytest.mark.parametrize(
    ("part", "sent"),
    [
        ({"type": "text", "text": " a"}, {"type": "input_text", "text": " a"}),
        (
            {"type": "image_url", "image_url": {"url": "https://e/i.png"}},
            {"type": "input_image", "image_url": "https://e/i.png", "detail": "auto"},
        ),
        (
            {"type": "image_url", "image_url": {"url": PIXEL, "detail": "high"}},
            {"type": "input_image", "image_url": PIXEL, "detail": "high"},
        ),
        (
            {"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA", "filename": "a.pdf"}},
            {"type": "input_file", "file_data": "data:application/pdf;base64,AAAA", "filename": "a.pdf"},
        ),
        ({"type": "file", "file": {"file_id": "file-1"}}, {"type": "input_file", "file_id": "file-1"}),
    ],
)
def test_every_kind_of_part_has_its_place(part: dict[str, Any], sent: dict[str, Any]) -> None:
    """Parts stay parts, in their order."""
    out = from_chat(user(part, {"type": "text", "text": "b"}))
    assert out.body["input"][0]["content"] == [sent, {"type": "input_text", "text": "b"}]
    assert out.losses == []


@pytest.mark.parametrize(
    ("message", "losses"),
    [
        (
            user({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}),
            [("L133", "/messages/0/content/0"), ("L155", "/messages/0")],
        ),
        (
            {"role": "assistant", "content": None, "audio": {"id": "audio_1"}},
            [("L133", "/messages/0/audio"), ("L155", "/messages/0")],
        ),
        ({"role": "user", "content": "a", "name": "ann"}, [("L154", "/messages/0/name")]),
        ({"role": "user", "content": "a", "vendor": 1}, [("L100", "/messages/0/vendor")]),
        (
            user({"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}),
            [("L119", "/messages/0/content/0/cache_control")],
        ),
        (user({"type": "text", "text": "a"}, {"type": "video_url"}), [("L145", "/messages/0/content/1")]),
        ({"role": "assistant", "content": "a", "reasoning_content": "hm"}, [("L150", "/messages/0/reasoning_content")]),
    ],
)  # fmt: skip
def test_what_a_message_has_that_responses_has_not_is_told(
    message: dict[str, Any], losses: list[tuple[str, str]]
) -> None:
    """Each at the place where the client said it."""
    assert from_chat(message).losses == losses


def test_what_an_assistant_said_and_called_are_items_in_that_order() -> None:
    """Words, then calls: the words with their annotations, the calls under the ids that the results name."""
    out = from_chat(
        {
            "role": "assistant",
            "content": "I look.",
            "annotations": [
                {
                    "type": "url_citation",
                    "url_citation": {"url": "https://e", "title": "t", "start_index": 0, "end_index": 1},
                }
            ],
            "tool_calls": [call("c1"), call("c2", "{bad")],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "1"},
        {"role": "tool", "tool_call_id": "c2", "content": [{"type": "text", "text": "2"}]},
        {"role": "assistant", "content": None, "refusal": "no"},
    )
    assert out.body["input"] == [
        {
            "type": "message",
            "role": "assistant",
            "content": [
                {
                    "type": "output_text",
                    "text": "I look.",
                    "annotations": [
                        {"type": "url_citation", "url": "https://e", "title": "t", "start_index": 0, "end_index": 1}
                    ],
                }
            ],
        },
        {"type": "function_call", "call_id": "c1", "name": "weather", "arguments": "{}"},
        {"type": "function_call", "call_id": "c2", "name": "weather", "arguments": "{bad"},
        {"type": "function_call_output", "call_id": "c1", "output": "1"},
        {"type": "function_call_output", "call_id": "c2", "output": [{"type": "input_text", "text": "2"}]},
        {"type": "message", "role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
    ]  # fmt: skip
    assert out.losses == []


def test_servers_that_take_thought_in_words_are_sent_reasoning_items() -> None:
    """llama.cpp wants the words in `content`; OpenAI takes only what it encrypted itself."""
    message = {"role": "assistant", "content": "a", "reasoning_content": "hm"}
    first = from_chat(message, profile="llamacpp").body["input"][0]
    assert first["content"] == [{"type": "reasoning_text", "text": "hm"}]
    assert first["summary"] == []
    assert first["id"].startswith("rs_")
    assert [item["type"] for item in from_chat(message).body["input"]] == ["message"]


def test_legacy_functions_become_tools_and_their_calls_get_ids() -> None:
    """The legacy form has no ids, and room for one call only."""
    out = from_chat(
        {"role": "assistant", "content": None, "function_call": {"name": "weather", "arguments": "{}"}},
        {"role": "function", "name": "weather", "content": "sunny"},
        functions=[{"name": "weather", "parameters": WEATHER}],
        function_call="auto",
    )
    made, answer = out.body["input"]
    assert made["call_id"] == answer["call_id"]
    assert made["call_id"].startswith("call_")
    assert out.body["parallel_tool_calls"] is False
    assert out.body["tool_choice"] == "auto"
    assert out.losses == []
