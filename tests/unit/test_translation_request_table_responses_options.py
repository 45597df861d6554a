"""The table of request parameters, from Responses, goes on: what is asked of the service, and what beside it."""

from __future__ import annotations

from typing import Any, Final

from tests.request_tables import Parameters, each_cell, parameters_told

ROWS: Final[Parameters] = (
    (
        "service_tier",
        {"service_tier": "priority"},
        {
            "chat": ({"service_tier": "priority"}, ""),
            "responses": ({"service_tier": "priority"}, ""),
            "gemini": ({"serviceTier": "priority"}, ""),
            "anthropic": ({}, "L118 /service_tier"),
        },
    ),
    (
        "prompt_cache_key",
        {"prompt_cache_key": "k"},
        {
            "chat": ({"prompt_cache_key": "k"}, ""),
            "responses": ({"prompt_cache_key": "k"}, ""),
            "gemini": ({}, "L119 /prompt_cache_key"),
            "anthropic": ({}, "L119 /prompt_cache_key"),
        },
    ),
    (
        "safety_identifier, user",
        {"user": "u", "safety_identifier": "s"},
        {
            "chat": ({"safety_identifier": "s", "user": "u"}, ""),
            "responses": ({"safety_identifier": "s", "user": "u"}, ""),
            "gemini": ({}, "L120 /safety_identifier; L120 /user"),
            "anthropic": ({"metadata": {"user_id": "s"}}, "L120 /user"),
        },
    ),
    (
        "metadata",
        {"metadata": {"a": "b"}},
        {
            "chat": ({}, "L121 /metadata"),
            "responses": ({"metadata": {"a": "b"}}, ""),
            "gemini": ({}, "L121 /metadata"),
            "anthropic": ({}, "L121 /metadata"),
            "responses/xai": ({}, "L121 /metadata"),
        },
    ),
    (
        "metadata",
        {"metadata": {}},
        {
            "chat": ({}, ""),
            "responses": ({"metadata": {}}, ""),
            "gemini": ({}, ""),
            "anthropic": ({}, ""),
            "responses/xai": ({}, ""),
        },
    ),
    (
        "store",
        {"store": True},
        {
            "chat": ({}, "L122 /store"),
            "responses": ({"store": True}, ""),
            "gemini": ({}, "L122 /store"),
            "anthropic": ({}, "L122 /store"),
            "responses/xai": ({"store": True}, ""),
        },
    ),
    (
        "store",
        {"store": False},
        {
            "chat": ({}, ""),
            "responses": ({"store": False}, ""),
            "gemini": ({}, ""),
            "anthropic": ({}, ""),
            "responses/xai": ({"store": False}, ""),
            "responses/llamacpp": ({}, ""),
        },
    ),
    (
        "previous_response_id",
        {"previous_response_id": "resp_1"},
        {
            "chat": ({}, "L128 /previous_response_id"),
            "responses": ({"previous_response_id": "resp_1"}, ""),
            "gemini": ({}, "L128 /previous_response_id"),
            "anthropic": ({}, "L128 /previous_response_id"),
            "responses/xai": ({"previous_response_id": "resp_1"}, ""),
            "responses/llamacpp": ({}, "L128 /previous_response_id"),
        },
    ),
    (
        "conversation",
        {"conversation": "conv_1"},
        {
            "chat": ({}, "L128 /conversation"),
            "responses": ({"conversation": "conv_1"}, ""),
            "gemini": ({}, "L128 /conversation"),
            "anthropic": ({}, "L128 /conversation"),
        },
    ),
    (
        "truncation",
        {"truncation": "auto"},
        {
            "chat": ({}, "L123 /truncation"),
            "responses": ({"truncation": "auto"}, ""),
            "gemini": ({}, "L123 /truncation"),
            "anthropic": ({}, "L123 /truncation"),
        },
    ),
    (
        "truncation",
        {"truncation": "disabled"},
        {
            "chat": ({}, ""),
            "responses": ({"truncation": "disabled"}, ""),
            "gemini": ({}, ""),
            "anthropic": ({}, ""),
        },
    ),
    (
        "background",
        {"background": True},
        {
            "chat": ({}, "L128 /background"),
            "responses": ({"background": True}, ""),
            "gemini": ({}, "L128 /background"),
            "anthropic": ({}, "L128 /background"),
        },
    ),
    (
        "background",
        {"background": False},
        {
            "chat": ({}, ""),
            "responses": ({"background": False}, ""),
            "gemini": ({}, ""),
            "anthropic": ({}, ""),
        },
    ),
    (
        "prompt",
        {"prompt": {"id": "p"}},
        {
            "chat": ({}, "L128 /prompt"),
            "responses": ({"prompt": {"id": "p"}}, ""),
            "gemini": ({}, "L128 /prompt"),
            "anthropic": ({}, "L128 /prompt"),
        },
    ),
    (
        "context_management",
        {"context_management": [{"type": "compaction"}]},
        {
            "chat": ({}, "L124 /context_management"),
            "responses": ({"context_management": [{"type": "compaction"}]}, ""),
            "gemini": ({}, "L124 /context_management"),
            "anthropic": ({}, "L124 /context_management"),
        },
    ),
    (
        "moderation",
        {"moderation": {"model": "m"}},
        {
            "chat": ({"moderation": {"model": "m"}}, ""),
            "responses": ({"moderation": {"model": "m"}}, ""),
            "gemini": ({}, "L124 /moderation"),
            "anthropic": ({}, "L124 /moderation"),
        },
    ),
    (
        "max_tool_calls",
        {"max_tool_calls": 3},
        {
            "chat": ({}, "L124 /max_tool_calls"),
            "responses": ({"max_tool_calls": 3}, ""),
            "gemini": ({}, "L124 /max_tool_calls"),
            "anthropic": ({}, "L124 /max_tool_calls"),
        },
    ),
    (
        "stream",
        {"stream": True},
        {
            "chat": ({"stream": True, "stream_options": {"include_usage": True}}, ""),
            "responses": ({"stream": True}, ""),
            "gemini": ({}, ""),
            "anthropic": ({"stream": True}, ""),
            "chat/mistral": ({"stream": True}, ""),
        },
    ),
    (
        "include_obfuscation",
        {"stream": True, "stream_options": {"include_obfuscation": True}},
        {
            "chat": (
                {"stream": True, "stream_options": {"include_obfuscation": True, "include_usage": True}},
                "",
            ),
            "responses": ({"stream": True, "stream_options": {"include_obfuscation": True}}, ""),
            "gemini": ({}, "L124 /stream_options/include_obfuscation"),
            "anthropic": ({"stream": True}, "L124 /stream_options/include_obfuscation"),
        },
    ),
    (
        "instructions",
        {"instructions": "be"},
        {
            "chat": (
                {"messages": [{"role": "system", "content": "be"}, {"role": "user", "content": "hi"}]},
                "",
            ),
            "responses": ({"instructions": "be"}, ""),
            "gemini": ({"systemInstruction": {"parts": [{"text": "be"}]}}, ""),
            "anthropic": ({"system": [{"type": "text", "text": "be"}]}, ""),
            "chat/deepseek": (
                {"messages": [{"role": "system", "content": "be"}, {"role": "user", "content": "hi"}]},
                "",
            ),
        },
    ),
    (
        "unknown",
        {"x_new": 1},
        {
            "chat": ({}, "L100 /x_new"),
            "responses": ({"x_new": 1}, ""),
            "gemini": ({}, "L100 /x_new"),
            "anthropic": ({}, "L100 /x_new"),
            "chat/groq": ({}, "L100 /x_new"),
        },
    ),
)


@each_cell(ROWS)
def test_options_of_responses_are_told_as_the_table_says(
    said: dict[str, Any], upstream: str, told: dict[str, Any], losses: str
) -> None:
    """Nothing else is in the body than what the least request has there."""
    assert parameters_told("responses", said, upstream) == (told, losses)
