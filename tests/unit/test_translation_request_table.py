"""The table of request parameters (translation of requests), row by row and cell by cell: from Chat.

A row is what the client says beside the least request; a cell the members that an upstream's body has for it, and the
losses with their places. Departures from the table, and what the table leaves open:
- `top_k` goes to a Chat server only where it is known to take it: strict ones refuse it (so L104, not verbatim).
- `strict` of a schema is said to Responses: left out, official answers echo true there, and it means false in Chat.
- `store: false` is said to Responses, which stores where nothing is said, and Chat does not.
- What says what happens anyway (`n: 1`, penalties of 0, an empty `logit_bias`) is no loss where it has no place.
- `n` and `web_search_options` where a Chat server refuses them are errors, as they are for other dialects.
"""

from __future__ import annotations

from typing import Any, Final

from tests.request_tables import Parameters, each_cell, parameters_told
from tests.request_words import LOOSE, STRICT, WORDS

ROWS: Final[Parameters] = (
    (
        "max_output_tokens",
        {"max_tokens": 7},
        {
            "chat": ({"max_completion_tokens": 7}, ""),
            "responses": ({"max_output_tokens": 7}, ""),
            "gemini": ({"generationConfig": {"maxOutputTokens": 7}}, ""),
            "anthropic": ({"max_tokens": 7}, ""),
            "chat/mistral": ({"max_tokens": 7}, ""),
            "chat/ollama": ({"max_tokens": 7}, ""),
        },
    ),
    (
        "max_output_tokens",
        {"max_completion_tokens": 7},
        {
            "chat": ({"max_completion_tokens": 7}, ""),
            "responses": ({"max_output_tokens": 7}, ""),
            "gemini": ({"generationConfig": {"maxOutputTokens": 7}}, ""),
            "anthropic": ({"max_tokens": 7}, ""),
            "chat/deepseek": ({"max_tokens": 7}, ""),
        },
    ),
    (
        "max_output_tokens",
        {"max_tokens": 5, "max_completion_tokens": 7},
        {
            "chat": ({"max_completion_tokens": 7}, "L101 /max_tokens"),
            "responses": ({"max_output_tokens": 7}, "L101 /max_tokens"),
            "gemini": ({"generationConfig": {"maxOutputTokens": 7}}, "L101 /max_tokens"),
            "anthropic": ({"max_tokens": 7}, "L101 /max_tokens"),
        },
    ),
    (
        "temperature",
        {"temperature": 1.5},
        {
            "chat": ({"temperature": 1.5}, ""),
            "responses": ({"temperature": 1.5}, ""),
            "gemini": ({"generationConfig": {"temperature": 1.5}}, ""),
            "anthropic": ({"temperature": 1}, "L103 /temperature"),
        },
    ),
    (
        "temperature, top_p",
        {"temperature": 0.5, "top_p": 0.25},
        {
            "chat": ({"temperature": 0.5, "top_p": 0.25}, ""),
            "responses": ({"temperature": 0.5, "top_p": 0.25}, ""),
            "gemini": ({"generationConfig": {"temperature": 0.5, "topP": 0.25}}, ""),
            "anthropic": ({"temperature": 0.5}, "L103 /top_p"),
        },
    ),
    (
        "temperature",
        {"model": "claude-opus-4-7", "temperature": 0.5, "top_p": 0.25},
        {
            "anthropic": ({}, "L103 /temperature; L103 /top_p"),
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
            "chat/llamacpp": ({"top_k": 3}, ""),
            "chat/vllm": ({"top_k": 3}, ""),
            "chat/groq": ({}, "L104 /top_k"),
        },
    ),
    (
        "stop",
        {"stop": "a"},
        {
            "chat": ({"stop": ["a"]}, ""),
            "responses": ({}, "L105 /stop"),
            "gemini": ({"generationConfig": {"stopSequences": ["a"]}}, ""),
            "anthropic": ({"stop_sequences": ["a"]}, ""),
        },
    ),
    (
        "stop",
        {"stop": ["a", " "]},
        {
            "chat": ({"stop": ["a", " "]}, ""),
            "responses": ({}, "L105 /stop"),
            "gemini": ({"generationConfig": {"stopSequences": ["a", " "]}}, ""),
            "anthropic": ({"stop_sequences": ["a"]}, "L105 /stop"),
        },
    ),
    (
        "n",
        {"n": 1},
        {
            "chat": ({"n": 1}, ""),
            "responses": ({}, ""),
            "gemini": ({}, ""),
            "anthropic": ({}, ""),
            "chat/groq": ({}, ""),
        },
    ),
    (
        "n",
        {"n": 2},
        {
            "chat": ({"n": 2}, ""),
            "responses": ({}, "L106 /n"),
            "gemini": ({"generationConfig": {"candidateCount": 2}}, ""),
            "anthropic": ({}, "L106 /n"),
            "chat/groq": ({}, "L106 /n"),
            "chat/deepseek": ({}, "L106 /n"),
        },
    ),
    (
        "seed",
        {"seed": 3},
        {
            "chat": ({"seed": 3}, ""),
            "responses": ({}, "L107 /seed"),
            "gemini": ({"generationConfig": {"seed": 3}}, ""),
            "anthropic": ({}, "L107 /seed"),
            "chat/mistral": ({"random_seed": 3}, ""),
        },
    ),
    (
        "penalties",
        {"frequency_penalty": 0, "presence_penalty": 0},
        {
            "chat": ({"frequency_penalty": 0, "presence_penalty": 0}, ""),
            "responses": ({}, ""),
            "gemini": ({"generationConfig": {"frequencyPenalty": 0, "presencePenalty": 0}}, ""),
            "anthropic": ({}, ""),
            "chat/groq": ({}, ""),
        },
    ),
    (
        "penalties",
        {"frequency_penalty": 1, "presence_penalty": -1},
        {
            "chat": ({"frequency_penalty": 1, "presence_penalty": -1}, ""),
            "responses": ({}, "L108 /frequency_penalty; L108 /presence_penalty"),
            "gemini": ({"generationConfig": {"frequencyPenalty": 1, "presencePenalty": -1}}, ""),
            "anthropic": ({}, "L108 /frequency_penalty; L108 /presence_penalty"),
            "chat/groq": ({}, "L108 /frequency_penalty; L108 /presence_penalty"),
        },
    ),
    (
        "logit_bias",
        {"logit_bias": {}},
        {
            "chat": ({"logit_bias": {}}, ""),
            "responses": ({}, ""),
            "gemini": ({}, ""),
            "anthropic": ({}, ""),
            "chat/groq": ({}, ""),
        },
    ),
    (
        "logit_bias",
        {"logit_bias": {"5": 1}},
        {
            "chat": ({"logit_bias": {"5": 1}}, ""),
            "responses": ({}, "L108 /logit_bias"),
            "gemini": ({}, "L108 /logit_bias"),
            "anthropic": ({}, "L108 /logit_bias"),
            "chat/groq": ({}, "L108 /logit_bias"),
        },
    ),
    (
        "logprobs",
        {"logprobs": False},
        {
            "chat": ({"logprobs": False}, ""),
            "responses": ({}, ""),
            "gemini": ({}, ""),
            "anthropic": ({}, ""),
            "chat/groq": ({}, ""),
        },
    ),
    (
        "logprobs",
        {"logprobs": True},
        {
            "chat": ({"logprobs": True}, ""),
            "responses": ({"include": ["message.output_text.logprobs"]}, ""),
            "gemini": ({"generationConfig": {"responseLogprobs": True}}, ""),
            "anthropic": ({}, "L109 /logprobs"),
            "chat/groq": ({}, "L109 /logprobs"),
        },
    ),
    (
        "logprobs",
        {"logprobs": True, "top_logprobs": 2},
        {
            "chat": ({"logprobs": True, "top_logprobs": 2}, ""),
            "responses": ({"top_logprobs": 2, "include": ["message.output_text.logprobs"]}, ""),
            "gemini": ({"generationConfig": {"responseLogprobs": True, "logprobs": 2}}, ""),
            "anthropic": ({}, "L109 /logprobs; L109 /top_logprobs"),
        },
    ),
    (
        "response_format text",
        {"response_format": {"type": "text"}},
        {
            "chat": ({"response_format": {"type": "text"}}, ""),
            "responses": ({"text": {"format": {"type": "text"}}}, ""),
            "gemini": ({}, ""),
            "anthropic": ({}, ""),
        },
    ),
    (
        "json_object",
        {"response_format": {"type": "json_object"}},
        {
            "chat": ({"response_format": {"type": "json_object"}}, ""),
            "responses": ({"text": {"format": {"type": "json_object"}}}, ""),
            "gemini": ({"generationConfig": {"responseMimeType": "application/json"}}, ""),
            "anthropic": ({"system": WORDS}, "L111 /response_format"),
        },
    ),
    (
        "json_schema",
        {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": LOOSE}}},
        {
            "chat": (
                {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": LOOSE}}},
                "",
            ),
            "responses": (
                {
                    "text": {
                        "format": {"type": "json_schema", "name": "x", "schema": LOOSE, "strict": False}
                    },
                },
                "",
            ),
            "gemini": (
                {
                    "generationConfig": {"responseMimeType": "application/json", "responseJsonSchema": LOOSE},
                },
                "L113 /response_format",
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
                "L113 /response_format; L112 /response_format",
            ),
        },
    ),
    (
        "json_schema",
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "x", "schema": STRICT, "strict": True},
            },
        },
        {
            "chat": (
                {
                    "response_format": {
                        "type": "json_schema",
                        "json_schema": {"name": "x", "schema": STRICT, "strict": True},
                    },
                },
                "",
            ),
            "responses": (
                {
                    "text": {
                        "format": {"type": "json_schema", "name": "x", "schema": STRICT, "strict": True}
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
                "L113 /response_format",
            ),
            "anthropic": (
                {
                    "output_config": {"format": {"type": "json_schema", "schema": STRICT}},
                },
                "L113 /response_format",
            ),
        },
    ),
    (
        "verbosity",
        {"verbosity": "low"},
        {
            "chat": ({"verbosity": "low"}, ""),
            "responses": ({"text": {"verbosity": "low"}}, ""),
            "gemini": ({}, "L114 /verbosity"),
            "anthropic": ({}, "L114 /verbosity"),
            "chat/groq": ({}, "L114 /verbosity"),
        },
    ),
)


@each_cell(ROWS)
def test_parameters_of_chat_are_told_as_the_table_says(
    said: dict[str, Any], upstream: str, told: dict[str, Any], losses: str
) -> None:
    """Nothing else is in the body than what the least request has there."""
    assert parameters_told("chat", said, upstream) == (told, losses)
