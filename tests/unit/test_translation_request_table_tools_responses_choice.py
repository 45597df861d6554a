"""The table of tools and tool_choice, from Responses, goes on: the choice among tools."""

from __future__ import annotations

from typing import Any, Final

from tests.request_tables import Parameters, each_cell, parameters_told
from tests.request_words import (
    ANTHROPIC_C,
    ANTHROPIC_F,
    ANTHROPIC_G,
    CHAT_F,
    GEMINI_C,
    GEMINI_F,
    NOTHING,
    RESPONSES_C,
    RESPONSES_F,
    RESPONSES_G,
    C,
    F,
)

CHAT_G: Final[dict[str, Any]] = {
    "type": "function",
    "function": {"name": "g", "parameters": NOTHING, "strict": False},
}


GEMINI_G: Final[dict[str, Any]] = {"name": "g", "parametersJsonSchema": NOTHING}


ROWS: Final[Parameters] = (
    (
        "choice none",
        {"tools": [RESPONSES_F, {"type": "web_search"}], "tool_choice": "none"},
        {
            "chat": ({"tools": [CHAT_F], "tool_choice": "none"}, "L162 /tools/1"),
            "responses": ({"tools": [RESPONSES_F, {"type": "web_search"}], "tool_choice": "none"}, ""),
            "gemini": (
                {
                    "tools": [{"functionDeclarations": [GEMINI_F]}],
                    "toolConfig": {"functionCallingConfig": {"mode": "NONE"}},
                },
                "L162 /tool_choice",
            ),
            "anthropic": (
                {
                    "tools": [ANTHROPIC_F, {"type": "web_search_20250305", "name": "web_search"}],
                    "tool_choice": {"type": "none"},
                },
                "",
            ),
        },
    ),
    (
        "choice none",
        {"tools": [{"type": "web_search"}], "tool_choice": "none"},
        {
            "chat": ({}, "L162 /tools/0; L164 /tool_choice"),
            "responses": ({"tools": [{"type": "web_search"}], "tool_choice": "none"}, ""),
            "gemini": ({}, "L162 /tool_choice"),
            "anthropic": (
                {
                    "tools": [{"type": "web_search_20250305", "name": "web_search"}],
                    "tool_choice": {"type": "none"},
                },
                "",
            ),
        },
    ),
    (
        "choice required",
        {"tools": [{"type": "web_search"}], "tool_choice": "required"},
        {
            "chat": ({"web_search_options": {}}, "L164 /tool_choice"),
            "responses": ({"tools": [{"type": "web_search"}], "tool_choice": "required"}, ""),
            "gemini": ({"tools": [{"googleSearch": {}}]}, "L163 /tool_choice"),
            "anthropic": (
                {
                    "tools": [{"type": "web_search_20250305", "name": "web_search"}],
                    "tool_choice": {"type": "any"},
                },
                "",
            ),
        },
    ),
    (
        "hosted choice",
        {"tools": [RESPONSES_F, {"type": "web_search"}], "tool_choice": {"type": "web_search"}},
        {
            "chat": ({"web_search_options": {}, "tools": [CHAT_F]}, "L163 /tool_choice"),
            "responses": (
                {"tools": [RESPONSES_F, {"type": "web_search"}], "tool_choice": {"type": "web_search"}},
                "",
            ),
            "gemini": (
                {"tools": [{"functionDeclarations": [GEMINI_F]}, {"googleSearch": {}}]},
                "L163 /tool_choice",
            ),
            "anthropic": (
                {
                    "tools": [ANTHROPIC_F, {"type": "web_search_20250305", "name": "web_search"}],
                    "tool_choice": {"type": "tool", "name": "web_search"},
                },
                "",
            ),
        },
    ),
    (
        "choice of a function",
        {"tools": [RESPONSES_F, RESPONSES_G], "tool_choice": {"type": "function", "name": "f"}},
        {
            "chat": ({"tools": [CHAT_F, CHAT_G], "tool_choice": F}, ""),
            "responses": (
                {"tools": [RESPONSES_F, RESPONSES_G], "tool_choice": {"type": "function", "name": "f"}},
                "",
            ),
            "gemini": (
                {
                    "tools": [{"functionDeclarations": [GEMINI_F, GEMINI_G]}],
                    "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]}},
                },
                "",
            ),
            "anthropic": (
                {"tools": [ANTHROPIC_F, ANTHROPIC_G], "tool_choice": {"type": "tool", "name": "f"}},
                "",
            ),
        },
    ),
    (
        "choice of a custom tool",
        {"tools": [RESPONSES_F, RESPONSES_C], "tool_choice": {"type": "custom", "name": "c"}},
        {
            "chat": ({"tools": [CHAT_F, C], "tool_choice": {"type": "custom", "custom": {"name": "c"}}}, ""),
            "responses": (
                {"tools": [RESPONSES_F, RESPONSES_C], "tool_choice": {"type": "custom", "name": "c"}},
                "",
            ),
            "gemini": (
                {
                    "tools": [{"functionDeclarations": [GEMINI_F, GEMINI_C]}],
                    "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["c"]}},
                },
                "L144 /tools/1",
            ),
            "anthropic": (
                {"tools": [ANTHROPIC_F, ANTHROPIC_C], "tool_choice": {"type": "tool", "name": "c"}},
                "L144 /tools/1",
            ),
        },
    ),
    (
        "allowed_tools",
        {
            "tools": [RESPONSES_F, RESPONSES_G],
            "tool_choice": {
                "type": "allowed_tools",
                "mode": "auto",
                "tools": [{"type": "function", "name": "f"}],
            },
        },
        {
            "chat": (
                {
                    "tools": [CHAT_F, CHAT_G],
                    "tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [F]}},
                },
                "",
            ),
            "responses": (
                {
                    "tools": [RESPONSES_F, RESPONSES_G],
                    "tool_choice": {
                        "type": "allowed_tools",
                        "mode": "auto",
                        "tools": [{"type": "function", "name": "f"}],
                    },
                },
                "",
            ),
            "gemini": (
                {
                    "tools": [{"functionDeclarations": [GEMINI_F, GEMINI_G]}],
                    "toolConfig": {
                        "functionCallingConfig": {"mode": "VALIDATED", "allowedFunctionNames": ["f"]}
                    },
                },
                "",
            ),
            "anthropic": ({"tools": [ANTHROPIC_F], "tool_choice": {"type": "auto"}}, "L162 /tool_choice"),
            "responses/xai": (
                {"tools": [RESPONSES_F], "tool_choice": "auto"},
                "L162 /tool_choice; L162 /tools/1",
            ),
        },
    ),
    (
        "allowed_tools",
        {
            "tools": [RESPONSES_F, {"type": "web_search"}],
            "tool_choice": {
                "type": "allowed_tools",
                "mode": "required",
                "tools": [{"type": "function", "name": "f"}],
            },
        },
        {
            "chat": (
                {
                    "tools": [CHAT_F],
                    "tool_choice": {
                        "type": "allowed_tools",
                        "allowed_tools": {"mode": "required", "tools": [F]},
                    },
                },
                "L162 /tools/1",
            ),
            "responses": (
                {
                    "tools": [RESPONSES_F, {"type": "web_search"}],
                    "tool_choice": {
                        "type": "allowed_tools",
                        "mode": "required",
                        "tools": [{"type": "function", "name": "f"}],
                    },
                },
                "",
            ),
            "gemini": (
                {
                    "tools": [{"functionDeclarations": [GEMINI_F]}],
                    "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]}},
                },
                "L162 /tool_choice",
            ),
            "anthropic": ({"tools": [ANTHROPIC_F], "tool_choice": {"type": "any"}}, "L162 /tool_choice"),
            "responses/xai": (
                {"tools": [RESPONSES_F], "tool_choice": "required"},
                "L162 /tool_choice; L162 /tools/1",
            ),
        },
    ),
    (
        "allowed_tools",
        {
            "tools": [RESPONSES_F, {"type": "web_search"}],
            "tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "web_search"}]},
        },
        {
            "chat": ({"web_search_options": {}, "tools": [CHAT_F], "tool_choice": "none"}, ""),
            "responses": (
                {
                    "tools": [RESPONSES_F, {"type": "web_search"}],
                    "tool_choice": {
                        "type": "allowed_tools",
                        "mode": "auto",
                        "tools": [{"type": "web_search"}],
                    },
                },
                "",
            ),
            "gemini": ({"tools": [{"googleSearch": {}}]}, "L162 /tool_choice"),
            "anthropic": (
                {
                    "tools": [{"type": "web_search_20250305", "name": "web_search"}],
                    "tool_choice": {"type": "auto"},
                },
                "L162 /tool_choice",
            ),
            "chat/groq": ({}, "L162 /tool_choice; L162 /tools/0; L161 /tools/1; L164 /tool_choice"),
        },
    ),
    (
        "choice without tools",
        {"tool_choice": "auto", "parallel_tool_calls": False},
        {
            "chat": ({}, "L164 /tool_choice; L164 /parallel_tool_calls"),
            "responses": ({"tool_choice": "auto", "parallel_tool_calls": False}, ""),
            "gemini": ({}, "L164 /tool_choice; L164 /parallel_tool_calls"),
            "anthropic": ({}, "L164 /tool_choice; L164 /parallel_tool_calls"),
        },
    ),
    (
        "no tools",
        {"tools": []},
        {
            "chat": ({}, ""),
            "responses": ({"tools": []}, ""),
            "gemini": ({}, ""),
            "anthropic": ({}, ""),
        },
    ),
    (
        "parallel_tool_calls",
        {"tools": [RESPONSES_F], "parallel_tool_calls": False},
        {
            "chat": ({"tools": [CHAT_F], "parallel_tool_calls": False}, ""),
            "responses": ({"tools": [RESPONSES_F], "parallel_tool_calls": False}, ""),
            "gemini": ({"tools": [{"functionDeclarations": [GEMINI_F]}]}, "L117 /parallel_tool_calls"),
            "anthropic": (
                {"tools": [ANTHROPIC_F], "tool_choice": {"type": "auto", "disable_parallel_tool_use": True}},
                "",
            ),
        },
    ),
)


@each_cell(ROWS)
def test_the_choice_of_responses_is_told_as_the_table_says(
    said: dict[str, Any], upstream: str, told: dict[str, Any], losses: str
) -> None:
    """Declarations, the choice among them, and whether several may be called at once."""
    assert parameters_told("responses", said, upstream) == (told, losses)
