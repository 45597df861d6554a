"""The table of request parameters, from Chat, goes on: what is asked of the service, and what it is told beside."""

from __future__ import annotations

from typing import Any, Final

from tests.request_tables import Parameters, each_cell, parameters_told

ROWS: Final[Parameters] = (
    (
        "service_tier",
        {"service_tier": "auto"},
        {
            "chat": ({"service_tier": "auto"}, ""),
            "responses": ({"service_tier": "auto"}, ""),
            "gemini": ({}, ""),
            "anthropic": ({"service_tier": "auto"}, ""),
            "chat/mistral": ({}, ""),
        },
    ),
    (
        "service_tier",
        {"service_tier": "default"},
        {
            "chat": ({"service_tier": "default"}, ""),
            "responses": ({"service_tier": "default"}, ""),
            "gemini": ({"serviceTier": "standard"}, ""),
            "anthropic": ({"service_tier": "standard_only"}, ""),
        },
    ),
    (
        "service_tier",
        {"service_tier": "flex"},
        {
            "chat": ({"service_tier": "flex"}, ""),
            "responses": ({"service_tier": "flex"}, ""),
            "gemini": ({"serviceTier": "flex"}, ""),
            "anthropic": ({}, "L118 /service_tier"),
            "chat/mistral": ({}, "L118 /service_tier"),
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
            "chat/groq": ({}, "L119 /prompt_cache_key"),
        },
    ),
    (
        "prompt_cache_retention",
        {"prompt_cache_retention": "24h"},
        {
            "chat": ({"prompt_cache_retention": "24h"}, ""),
            "responses": ({"prompt_cache_retention": "24h"}, ""),
            "gemini": ({}, "L119 /prompt_cache_retention"),
            "anthropic": ({}, "L119 /prompt_cache_retention"),
            "responses/xai": ({}, "L119 /prompt_cache_retention"),
        },
    ),
    (
        "prompt_cache_options",
        {"prompt_cache_options": {"a": 1}},
        {
            "chat": ({"prompt_cache_options": {"a": 1}}, ""),
            "responses": ({"prompt_cache_options": {"a": 1}}, ""),
            "gemini": ({}, "L119 /prompt_cache_options"),
            "anthropic": ({}, "L119 /prompt_cache_options"),
        },
    ),
    (
        "user",
        {"user": "u"},
        {
            "chat": ({"user": "u"}, ""),
            "responses": ({"user": "u"}, ""),
            "gemini": ({}, "L120 /user"),
            "anthropic": ({"metadata": {"user_id": "u"}}, ""),
            "chat/mistral": ({}, "L120 /user"),
        },
    ),
    (
        "user",
        {"user": "a@example.com"},
        {
            "chat": ({"user": "a@example.com"}, ""),
            "responses": ({"user": "a@example.com"}, ""),
            "gemini": ({}, "L120 /user"),
            "anthropic": ({}, "L120 /user"),
        },
    ),
    (
        "safety_identifier",
        {"safety_identifier": "s"},
        {
            "chat": ({"safety_identifier": "s"}, ""),
            "responses": ({"safety_identifier": "s"}, ""),
            "gemini": ({}, "L120 /safety_identifier"),
            "anthropic": ({"metadata": {"user_id": "s"}}, ""),
            "chat/groq": ({}, "L120 /safety_identifier"),
        },
    ),
    (
        "safety_identifier, user",
        {"safety_identifier": "s", "user": "u"},
        {
            "chat": ({"safety_identifier": "s", "user": "u"}, ""),
            "responses": ({"safety_identifier": "s", "user": "u"}, ""),
            "gemini": ({}, "L120 /safety_identifier; L120 /user"),
            "anthropic": ({"metadata": {"user_id": "s"}}, "L120 /user"),
        },
    ),
    (
        "metadata",
        {"metadata": {}},
        {
            "chat": ({"metadata": {}}, ""),
            "responses": ({"metadata": {}}, ""),
            "gemini": ({}, ""),
            "anthropic": ({}, ""),
            "chat/groq": ({}, ""),
        },
    ),
    (
        "metadata",
        {"metadata": {"a": "b"}},
        {
            "chat": ({"metadata": {"a": "b"}}, ""),
            "responses": ({"metadata": {"a": "b"}}, ""),
            "gemini": ({}, "L121 /metadata"),
            "anthropic": ({}, "L121 /metadata"),
            "chat/groq": ({}, "L121 /metadata"),
        },
    ),
    (
        "store",
        {"store": True},
        {
            "chat": ({"store": True}, ""),
            "responses": ({"store": True}, ""),
            "gemini": ({}, "L122 /store"),
            "anthropic": ({}, "L122 /store"),
            "responses/xai": ({"store": True}, ""),
            "chat/xai": ({}, "L122 /store"),
        },
    ),
    (
        "store",
        {"store": False},
        {
            "chat": ({"store": False}, ""),
            "responses": ({}, ""),
            "gemini": ({}, ""),
            "anthropic": ({}, ""),
            "responses/xai": ({}, ""),
            "chat/xai": ({}, ""),
        },
    ),
    (
        "modalities",
        {"modalities": ["text"]},
        {
            "chat": ({"modalities": ["text"]}, ""),
            "responses": ({}, ""),
            "gemini": ({}, ""),
            "anthropic": ({}, ""),
            "chat/groq": ({}, ""),
        },
    ),
    (
        "modalities, audio",
        {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "wav"}},
        {
            "chat": ({"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "wav"}}, ""),
            "responses": ({}, "L125 /modalities; L125 /audio"),
            "gemini": (
                {
                    "generationConfig": {
                        "responseModalities": ["TEXT", "AUDIO"],
                        "speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "alloy"}}},
                    },
                },
                "L125 /audio/format",
            ),
            "anthropic": ({}, "L125 /modalities; L125 /audio"),
        },
    ),
    (
        "prediction",
        {"prediction": {"type": "content", "content": "x"}},
        {
            "chat": ({"prediction": {"type": "content", "content": "x"}}, ""),
            "responses": ({}, "L125 /prediction"),
            "gemini": ({}, "L125 /prediction"),
            "anthropic": ({}, "L125 /prediction"),
            "chat/groq": ({}, "L125 /prediction"),
            "chat/mistral": ({"prediction": {"type": "content", "content": "x"}}, ""),
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
        "web_search",
        {"web_search_options": {}},
        {
            "chat": ({"web_search_options": {}}, ""),
            "responses": ({"tools": [{"type": "web_search"}]}, ""),
            "gemini": ({"tools": [{"googleSearch": {}}]}, ""),
            "anthropic": ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, ""),
            "chat/groq": ({}, "L161 /web_search_options"),
        },
    ),
    (
        "web_search",
        {
            "web_search_options": {
                "search_context_size": "low",
                "user_location": {"type": "approximate", "approximate": {"city": "X"}},
            },
        },
        {
            "chat": (
                {
                    "web_search_options": {
                        "search_context_size": "low",
                        "user_location": {"type": "approximate", "approximate": {"city": "X"}},
                    },
                },
                "",
            ),
            "responses": (
                {
                    "tools": [
                        {
                            "type": "web_search",
                            "search_context_size": "low",
                            "user_location": {"type": "approximate", "city": "X"},
                        },
                    ],
                },
                "",
            ),
            "gemini": (
                {
                    "tools": [{"googleSearch": {}}],
                },
                "L126 /web_search_options/search_context_size; L126 /web_search_options/user_location",
            ),
            "anthropic": (
                {
                    "tools": [
                        {
                            "type": "web_search_20250305",
                            "name": "web_search",
                            "user_location": {"type": "approximate", "city": "X"},
                        },
                    ],
                },
                "L126 /web_search_options/search_context_size",
            ),
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
        "stream",
        {"stream": True, "stream_options": {"include_usage": False}},
        {
            "chat": ({"stream": True, "stream_options": {"include_usage": True}}, ""),
            "responses": ({"stream": True}, ""),
            "gemini": ({}, ""),
            "anthropic": ({"stream": True}, ""),
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
            "chat/mistral": ({"stream": True}, "L124 /stream_options/include_obfuscation"),
        },
    ),
    (
        "include_obfuscation",
        {"stream": True, "stream_options": {"include_obfuscation": False}},
        {
            "chat": (
                {"stream": True, "stream_options": {"include_obfuscation": False, "include_usage": True}},
                "",
            ),
            "responses": ({"stream": True, "stream_options": {"include_obfuscation": False}}, ""),
            "gemini": ({}, ""),
            "anthropic": ({"stream": True}, ""),
            "chat/mistral": ({"stream": True}, "L124 /stream_options/include_obfuscation"),
        },
    ),
    (
        "reasoning.summary",
        {"reasoning": {"effort": "low", "summary": "concise"}},
        {
            "chat": ({"reasoning_effort": "low"}, "L116 /reasoning/summary"),
            "responses": ({"reasoning": {"effort": "low", "summary": "concise"}}, ""),
            "gemini": (
                {
                    "generationConfig": {"thinkingConfig": {"includeThoughts": True, "thinkingBudget": 1024}},
                },
                "L116 /reasoning/summary",
            ),
            "anthropic": (
                {
                    "max_tokens": 6144,
                    "thinking": {"type": "enabled", "budget_tokens": 2048},
                },
                "L116 /reasoning/summary",
            ),
            "chat/openrouter": ({"reasoning": {"effort": "low", "summary": "concise"}}, ""),
        },
    ),
    (
        "unknown",
        {"x_new": 1},
        {
            "chat": ({"x_new": 1}, ""),
            "responses": ({}, "L100 /x_new"),
            "gemini": ({}, "L100 /x_new"),
            "anthropic": ({}, "L100 /x_new"),
            "chat/groq": ({"x_new": 1}, ""),
        },
    ),
)


@each_cell(ROWS)
def test_options_of_chat_are_told_as_the_table_says(
    said: dict[str, Any], upstream: str, told: dict[str, Any], losses: str
) -> None:
    """Nothing else is in the body than what the least request has there."""
    assert parameters_told("chat", said, upstream) == (told, losses)
