"""The table of request parameters (translation of requests), row by row and cell by cell: from Responses.

A row is what the client says beside the least request; a cell the members that an upstream's body has for it, and the
losses with their places. Departures from the table, and what the table leaves open:
- `metadata` goes to no Chat server: Chat takes it of what it stores, and what such a client stores is stored here.
- `prompt` is an error (L128), not a mere L124: without it, nothing of the request is left.
- A schema without `strict` is told as strict to OpenAI's Chat if it is so as it stands: left out means true here.
"""

from __future__ import annotations

from typing import Any, Final

from tests.request_tables import Parameters, each_cell, parameters_told
from tests.request_words import LOOSE, STRICT, WORDS

STATED: Final = (
    "Answer with one JSON object, and nothing else, that fits this JSON Schema:\n"
    '{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}'
)

ROWS: Final[Parameters] = (
    (
        "max_output_tokens",
        {"max_output_tokens": 7},
        {
            "chat": ({"max_completion_tokens": 7}, ""),
            "responses": ({"max_output_tokens": 7}, ""),
            "gemini": ({"generationConfig": {"maxOutputTokens": 7}}, ""),
            "anthropic": ({"max_tokens": 7}, ""),
            "chat/mistral": ({"max_tokens": 7}, ""),
        },
    ),
    (
        "temperature, top_p",
        {"temperature": 1.5, "top_p": 0.25},
        {
            "chat": ({"temperature": 1.5, "top_p": 0.25}, ""),
            "responses": ({"temperature": 1.5, "top_p": 0.25}, ""),
            "gemini": ({"generationConfig": {"temperature": 1.5, "topP": 0.25}}, ""),
            "anthropic": ({"temperature": 1}, "L103 /top_p; L103 /temperature"),
        },
    ),
    (
        "top_k",
        {"top_k": 3},
        {
            "chat": ({}, "L104 /top_k"),
            "responses": ({}, "L104 /top_k"),
            "gemini": ({"generationConfig": {"topK": 3}}, ""),
            "anthropic": ({"top_k": 3}, ""),
            "responses/llamacpp": ({"top_k": 3}, ""),
        },
    ),
    (
        "stop",
        {"stop": ["a"]},
        {
            "chat": ({"stop": ["a"]}, ""),
            "responses": ({"stop": ["a"]}, ""),
            "gemini": ({"generationConfig": {"stopSequences": ["a"]}}, ""),
            "anthropic": ({"stop_sequences": ["a"]}, ""),
        },
    ),
    (
        "seed",
        {"seed": 3},
        {
            "chat": ({"seed": 3}, ""),
            "responses": ({"seed": 3}, ""),
            "gemini": ({"generationConfig": {"seed": 3}}, ""),
            "anthropic": ({}, "L107 /seed"),
        },
    ),
    (
        "penalties",
        {"frequency_penalty": 1, "presence_penalty": 0},
        {
            "chat": ({"frequency_penalty": 1, "presence_penalty": 0}, ""),
            "responses": ({"frequency_penalty": 1, "presence_penalty": 0}, ""),
            "gemini": ({"generationConfig": {"frequencyPenalty": 1, "presencePenalty": 0}}, ""),
            "anthropic": ({}, "L108 /frequency_penalty"),
        },
    ),
    (
        "logprobs",
        {"include": ["message.output_text.logprobs"]},
        {
            "chat": ({"logprobs": True}, ""),
            "responses": ({"include": ["message.output_text.logprobs"]}, ""),
            "gemini": ({"generationConfig": {"responseLogprobs": True}}, ""),
            "anthropic": ({}, "L109 /include"),
            "chat/groq": ({}, "L109 /include"),
        },
    ),
    (
        "logprobs",
        {"top_logprobs": 2},
        {
            "chat": ({"logprobs": True, "top_logprobs": 2}, ""),
            "responses": ({"top_logprobs": 2}, ""),
            "gemini": ({"generationConfig": {"responseLogprobs": True, "logprobs": 2}}, ""),
            "anthropic": ({}, "L109 /top_logprobs"),
            "chat/groq": ({}, "L109 /top_logprobs"),
        },
    ),
    (
        "logprobs",
        {"include": ["message.output_text.logprobs"], "top_logprobs": 2},
        {
            "chat": ({"logprobs": True, "top_logprobs": 2}, ""),
            "responses": ({"top_logprobs": 2, "include": ["message.output_text.logprobs"]}, ""),
            "gemini": ({"generationConfig": {"responseLogprobs": True, "logprobs": 2}}, ""),
            "anthropic": ({}, "L109 /include; L109 /top_logprobs"),
        },
    ),
    (
        "include",
        {"include": ["reasoning.encrypted_content", "file_search_call.results"]},
        {
            "chat": ({}, "L124 /include/1"),
            "responses": ({"include": ["reasoning.encrypted_content", "file_search_call.results"]}, ""),
            "gemini": ({}, "L124 /include/1"),
            "anthropic": ({}, "L124 /include/1"),
        },
    ),
    (
        "text.format text",
        {"text": {"format": {"type": "text"}}},
        {
            "chat": ({"response_format": {"type": "text"}}, ""),
            "responses": ({"text": {"format": {"type": "text"}}}, ""),
            "gemini": ({}, ""),
            "anthropic": ({}, ""),
        },
    ),
    (
        "json_object",
        {"text": {"format": {"type": "json_object"}}},
        {
            "chat": ({"response_format": {"type": "json_object"}}, ""),
            "responses": ({"text": {"format": {"type": "json_object"}}}, ""),
            "gemini": ({"generationConfig": {"responseMimeType": "application/json"}}, ""),
            "anthropic": ({"system": WORDS}, "L111 /text/format"),
        },
    ),
    (
        "json_schema",
        {
            "text": {"format": {"type": "json_schema", "name": "x", "description": "d", "schema": STRICT}},
        },
        {
            "chat": (
                {
                    "response_format": {
                        "type": "json_schema",
                        "json_schema": {"name": "x", "description": "d", "schema": STRICT, "strict": True},
                    },
                },
                "",
            ),
            "responses": (
                {
                    "text": {
                        "format": {"type": "json_schema", "name": "x", "description": "d", "schema": STRICT}
                    },
                },
                "",
            ),
            "gemini": (
                {
                    "generationConfig": {
                        "responseMimeType": "application/json",
                        "responseJsonSchema": STRICT,
                    },
                },
                "L113 /text/format",
            ),
            "anthropic": (
                {"output_config": {"format": {"type": "json_schema", "schema": STRICT}}},
                "L113 /text/format",
            ),
            "chat/groq": (
                {
                    "response_format": {
                        "type": "json_schema",
                        "json_schema": {"name": "x", "description": "d", "schema": STRICT},
                    },
                },
                "",
            ),
        },
    ),
    (
        "json_schema",
        {"text": {"format": {"type": "json_schema", "name": "x", "schema": LOOSE}}},
        {
            "chat": (
                {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": LOOSE}}},
                "",
            ),
            "responses": ({"text": {"format": {"type": "json_schema", "name": "x", "schema": LOOSE}}}, ""),
            "gemini": (
                {
                    "generationConfig": {"responseMimeType": "application/json", "responseJsonSchema": LOOSE},
                },
                "L113 /text/format",
            ),
            "anthropic": (
                {
                    "output_config": {
                        "format": {
                            "type": "json_schema",
                            "schema": {
                                "type": "object",
                                "properties": {"a": {"type": "string"}},
                                "additionalProperties": False,
                            },
                        },
                    },
                },
                "L113 /text/format; L112 /text/format",
            ),
        },
    ),
    (
        "json_schema",
        {
            "text": {"format": {"type": "json_schema", "name": "x", "schema": STRICT, "strict": False}},
        },
        {
            "chat": (
                {
                    "response_format": {
                        "type": "json_schema",
                        "json_schema": {"name": "x", "schema": STRICT, "strict": False},
                    },
                },
                "",
            ),
            "responses": (
                {
                    "text": {
                        "format": {"type": "json_schema", "name": "x", "schema": STRICT, "strict": False}
                    },
                },
                "",
            ),
            "gemini": (
                {
                    "generationConfig": {
                        "responseMimeType": "application/json",
                        "responseJsonSchema": STRICT,
                    },
                },
                "L113 /text/format",
            ),
            "anthropic": (
                {"output_config": {"format": {"type": "json_schema", "schema": STRICT}}},
                "L113 /text/format",
            ),
            "chat/deepseek": (
                {
                    "messages": [{"role": "system", "content": STATED}, {"role": "user", "content": "hi"}],
                    "response_format": {"type": "json_object"},
                },
                "L111 /text/format",
            ),
            "responses/xai": (
                {
                    "text": {
                        "format": {"type": "json_schema", "name": "x", "schema": STRICT, "strict": False}
                    },
                },
                "",
            ),
        },
    ),
    (
        "verbosity",
        {"text": {"verbosity": "high"}},
        {
            "chat": ({"verbosity": "high"}, ""),
            "responses": ({"text": {"verbosity": "high"}}, ""),
            "gemini": ({}, "L114 /text/verbosity"),
            "anthropic": ({}, "L114 /text/verbosity"),
            "responses/xai": ({}, "L114 /text/verbosity"),
        },
    ),
    (
        "reasoning.summary",
        {"reasoning": {"summary": "auto"}},
        {
            "chat": ({}, "L116 /reasoning/summary"),
            "responses": ({"reasoning": {"summary": "auto"}}, ""),
            "gemini": ({"generationConfig": {"thinkingConfig": {"includeThoughts": True}}}, ""),
            "anthropic": ({}, "L116 /reasoning/summary"),
            "chat/groq": ({}, "L116 /reasoning/summary"),
        },
    ),
    (
        "reasoning.summary",
        {"reasoning": {"generate_summary": "concise"}},
        {
            "chat": ({}, "L116 /reasoning/generate_summary"),
            "responses": ({"reasoning": {"summary": "concise"}}, ""),
            "gemini": (
                {
                    "generationConfig": {"thinkingConfig": {"includeThoughts": True}},
                },
                "L116 /reasoning/generate_summary",
            ),
            "anthropic": ({}, "L116 /reasoning/generate_summary"),
        },
    ),
    (
        "reasoning.summary",
        {"model": "claude-opus-4-7", "reasoning": {"summary": "detailed"}},
        {
            "chat": ({}, "L116 /reasoning/summary"),
            "responses": ({"reasoning": {"summary": "detailed"}}, ""),
            "gemini": ({}, "L116 /reasoning/summary"),
            "anthropic": (
                {
                    "max_tokens": 12288,
                    "thinking": {"type": "adaptive", "display": "summarized"},
                },
                "L116 /reasoning/summary",
            ),
        },
    ),
    (
        "reasoning",
        {"reasoning": {"effort": "low", "context": "x"}},
        {
            "chat": ({"reasoning_effort": "low"}, "L124 /reasoning/context"),
            "responses": ({"reasoning": {"effort": "low", "context": "x"}}, ""),
            "gemini": (
                {"generationConfig": {"thinkingConfig": {"thinkingBudget": 1024}}},
                "L124 /reasoning/context",
            ),
            "anthropic": (
                {
                    "max_tokens": 6144,
                    "thinking": {"type": "enabled", "budget_tokens": 2048},
                },
                "L124 /reasoning/context",
            ),
        },
    ),
)


@each_cell(ROWS)
def test_parameters_of_responses_are_told_as_the_table_says(
    said: dict[str, Any], upstream: str, told: dict[str, Any], losses: str
) -> None:
    """Nothing else is in the body than what the least request has there."""
    assert parameters_told("responses", said, upstream) == (told, losses)
