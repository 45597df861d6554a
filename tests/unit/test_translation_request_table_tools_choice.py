"""The table of tools and tool_choice, from Chat, goes on: the choice among tools."""

from __future__ import annotations

from typing import Any, Final

from tests.request_tables import Parameters, each_cell, parameters_told
from tests.request_words import (
    ANTHROPIC_C,
    ANTHROPIC_F,
    ANTHROPIC_G,
    CHAT_EMULATED,
    GEMINI_C,
    RESPONSES_C,
    RESPONSES_F,
    RESPONSES_G,
    C,
    F,
)

G: Final[dict[str, Any]] = {"type": "function", "function": {"name": "g"}}

ROWS: Final[Parameters] = (
    (
        "choice none",
        {"tools": [F], "tool_choice": "none"},
        {
            "chat": ({"tools": [F], "tool_choice": "none"}, ""),
            "responses": ({"tools": [RESPONSES_F], "tool_choice": "none"}, ""),
            "gemini": (
                {
                    "tools": [{"functionDeclarations": [{"name": "f"}]}],
                    "toolConfig": {"functionCallingConfig": {"mode": "NONE"}},
                },
                "",
            ),
            "anthropic": ({"tools": [ANTHROPIC_F], "tool_choice": {"type": "none"}}, ""),
        },
    ),
    (
        "choice auto",
        {"tools": [F], "tool_choice": "auto"},
        {
            "chat": ({"tools": [F], "tool_choice": "auto"}, ""),
            "responses": ({"tools": [RESPONSES_F], "tool_choice": "auto"}, ""),
            "gemini": (
                {
                    "tools": [{"functionDeclarations": [{"name": "f"}]}],
                    "toolConfig": {"functionCallingConfig": {"mode": "AUTO"}},
                },
                "",
            ),
            "anthropic": ({"tools": [ANTHROPIC_F], "tool_choice": {"type": "auto"}}, ""),
        },
    ),
    (
        "choice required",
        {"tools": [F], "tool_choice": "required"},
        {
            "chat": ({"tools": [F], "tool_choice": "required"}, ""),
            "responses": ({"tools": [RESPONSES_F], "tool_choice": "required"}, ""),
            "gemini": (
                {
                    "tools": [{"functionDeclarations": [{"name": "f"}]}],
                    "toolConfig": {"functionCallingConfig": {"mode": "ANY"}},
                },
                "",
            ),
            "anthropic": ({"tools": [ANTHROPIC_F], "tool_choice": {"type": "any"}}, ""),
        },
    ),
    (
        "choice of a function",
        {"tools": [F, G], "tool_choice": G},
        {
            "chat": ({"tools": [F, G], "tool_choice": G}, ""),
            "responses": (
                {"tools": [RESPONSES_F, RESPONSES_G], "tool_choice": {"type": "function", "name": "g"}},
                "",
            ),
            "gemini": (
                {
                    "tools": [{"functionDeclarations": [{"name": "f"}, {"name": "g"}]}],
                    "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["g"]}},
                },
                "",
            ),
            "anthropic": (
                {"tools": [ANTHROPIC_F, ANTHROPIC_G], "tool_choice": {"type": "tool", "name": "g"}},
                "",
            ),
            "chat/llamacpp": ({"tools": [G], "tool_choice": "required"}, "L162 /tool_choice; L162 /tools/0"),
        },
    ),
    (
        "choice of a custom tool",
        {"tools": [F, C], "tool_choice": {"type": "custom", "custom": {"name": "c"}}},
        {
            "chat": ({"tools": [F, C], "tool_choice": {"type": "custom", "custom": {"name": "c"}}}, ""),
            "responses": (
                {"tools": [RESPONSES_F, RESPONSES_C], "tool_choice": {"type": "custom", "name": "c"}},
                "",
            ),
            "gemini": (
                {
                    "tools": [{"functionDeclarations": [{"name": "f"}, GEMINI_C]}],
                    "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["c"]}},
                },
                "L144 /tools/1",
            ),
            "anthropic": (
                {"tools": [ANTHROPIC_F, ANTHROPIC_C], "tool_choice": {"type": "tool", "name": "c"}},
                "L144 /tools/1",
            ),
            "chat/groq": (
                {
                    "tools": [F, CHAT_EMULATED],
                    "tool_choice": {"type": "function", "function": {"name": "c"}},
                },
                "L144 /tools/1",
            ),
        },
    ),
    (
        "allowed_tools",
        {
            "tools": [F, G],
            "tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [F]}},
        },
        {
            "chat": (
                {
                    "tools": [F, G],
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
                    "tools": [{"functionDeclarations": [{"name": "f"}, {"name": "g"}]}],
                    "toolConfig": {
                        "functionCallingConfig": {"mode": "VALIDATED", "allowedFunctionNames": ["f"]}
                    },
                },
                "",
            ),
            "anthropic": ({"tools": [ANTHROPIC_F], "tool_choice": {"type": "auto"}}, "L162 /tool_choice"),
            "chat/groq": ({"tools": [F], "tool_choice": "auto"}, "L162 /tool_choice; L162 /tools/1"),
        },
    ),
    (
        "allowed_tools",
        {
            "tools": [F, G],
            "tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [F]}},
        },
        {
            "chat": (
                {
                    "tools": [F, G],
                    "tool_choice": {
                        "type": "allowed_tools",
                        "allowed_tools": {"mode": "required", "tools": [F]},
                    },
                },
                "",
            ),
            "responses": (
                {
                    "tools": [RESPONSES_F, RESPONSES_G],
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
                    "tools": [{"functionDeclarations": [{"name": "f"}, {"name": "g"}]}],
                    "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]}},
                },
                "",
            ),
            "anthropic": ({"tools": [ANTHROPIC_F], "tool_choice": {"type": "any"}}, "L162 /tool_choice"),
            "chat/groq": ({"tools": [F], "tool_choice": "required"}, "L162 /tool_choice; L162 /tools/1"),
        },
    ),
    (
        "choice none and a search",
        {"tools": [F], "tool_choice": "none", "web_search_options": {}},
        {
            "chat": ({"web_search_options": {}, "tools": [F], "tool_choice": "none"}, ""),
            "responses": ({"tools": [RESPONSES_F, {"type": "web_search"}], "tool_choice": "none"}, ""),
            "gemini": (
                {
                    "tools": [{"functionDeclarations": [{"name": "f"}]}],
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
        "choice without tools",
        {"tools": [], "tool_choice": "auto", "parallel_tool_calls": False},
        {
            "chat": ({}, "L164 /tool_choice; L164 /parallel_tool_calls"),
            "responses": ({}, "L164 /tool_choice; L164 /parallel_tool_calls"),
            "gemini": ({}, "L164 /tool_choice; L164 /parallel_tool_calls"),
            "anthropic": ({}, "L164 /tool_choice; L164 /parallel_tool_calls"),
        },
    ),
    (
        "no tools",
        {"tools": []},
        {
            "chat": ({}, ""),
            "responses": ({}, ""),
            "gemini": ({}, ""),
            "anthropic": ({}, ""),
        },
    ),
    (
        "parallel_tool_calls",
        {"tools": [F], "parallel_tool_calls": False},
        {
            "chat": ({"tools": [F], "parallel_tool_calls": False}, ""),
            "responses": ({"tools": [RESPONSES_F], "parallel_tool_calls": False}, ""),
            "gemini": ({"tools": [{"functionDeclarations": [{"name": "f"}]}]}, "L117 /parallel_tool_calls"),
            "anthropic": (
                {"tools": [ANTHROPIC_F], "tool_choice": {"type": "auto", "disable_parallel_tool_use": True}},
                "",
            ),
            "chat/deepseek": ({"tools": [F]}, "L117 /parallel_tool_calls"),
        },
    ),
    (
        "parallel_tool_calls",
        {"tools": [F], "parallel_tool_calls": True},
        {
            "chat": ({"tools": [F], "parallel_tool_calls": True}, ""),
            "responses": ({"tools": [RESPONSES_F], "parallel_tool_calls": True}, ""),
            "gemini": ({"tools": [{"functionDeclarations": [{"name": "f"}]}]}, ""),
            "anthropic": ({"tools": [ANTHROPIC_F]}, ""),
        },
    ),
    (
        "functions",
        {"functions": [{"name": "f"}]},
        {
            "chat": ({"tools": [F], "parallel_tool_calls": False}, ""),
            "responses": ({"tools": [RESPONSES_F], "parallel_tool_calls": False}, ""),
            "gemini": ({"tools": [{"functionDeclarations": [{"name": "f"}]}]}, ""),
            "anthropic": (
                {"tools": [ANTHROPIC_F], "tool_choice": {"type": "auto", "disable_parallel_tool_use": True}},
                "",
            ),
            "chat/deepseek": ({"tools": [F]}, ""),
        },
    ),
    (
        "function_call",
        {"functions": [{"name": "f"}], "function_call": {"name": "f"}},
        {
            "chat": ({"tools": [F], "tool_choice": F, "parallel_tool_calls": False}, ""),
            "responses": (
                {
                    "tools": [RESPONSES_F],
                    "tool_choice": {"type": "function", "name": "f"},
                    "parallel_tool_calls": False,
                },
                "",
            ),
            "gemini": (
                {
                    "tools": [{"functionDeclarations": [{"name": "f"}]}],
                    "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]}},
                },
                "",
            ),
            "anthropic": (
                {
                    "tools": [ANTHROPIC_F],
                    "tool_choice": {"type": "tool", "name": "f", "disable_parallel_tool_use": True},
                },
                "",
            ),
        },
    ),
    (
        "function_call",
        {"functions": [{"name": "f"}], "function_call": "none"},
        {
            "chat": ({"tools": [F], "tool_choice": "none", "parallel_tool_calls": False}, ""),
            "responses": ({"tools": [RESPONSES_F], "tool_choice": "none", "parallel_tool_calls": False}, ""),
            "gemini": (
                {
                    "tools": [{"functionDeclarations": [{"name": "f"}]}],
                    "toolConfig": {"functionCallingConfig": {"mode": "NONE"}},
                },
                "",
            ),
            "anthropic": ({"tools": [ANTHROPIC_F], "tool_choice": {"type": "none"}}, ""),
        },
    ),
)


@each_cell(ROWS)
def test_the_choice_of_chat_is_told_as_the_table_says(
    said: dict[str, Any], upstream: str, told: dict[str, Any], losses: str
) -> None:
    """Declarations, the choice among them, and whether several may be called at once."""
    assert parameters_told("chat", said, upstream) == (told, losses)
