"""The table of tools and tool_choice, from Responses, goes on: tools that the provider runs."""

from __future__ import annotations

from typing import Any, Final

from tests.request_tables import Parameters, each_cell, parameters_told

SEARCH: Final[dict[str, Any]] = {
    "type": "web_search",
    "search_context_size": "low",
    "user_location": {"type": "approximate", "city": "X"},
    "filters": {"allowed_domains": ["example.com"]},
}

ROWS: Final[Parameters] = (
    (
        "web_search",
        {"tools": [SEARCH]},
        {
            "chat": (
                {
                    "web_search_options": {
                        "search_context_size": "low",
                        "user_location": {"type": "approximate", "approximate": {"city": "X"}},
                    },
                },
                "L126 /tools/0/filters",
            ),
            "responses": ({"tools": [SEARCH]}, ""),
            "gemini": (
                {
                    "tools": [{"googleSearch": {}}],
                },
                "L126 /tools/0/search_context_size; L126 /tools/0/user_location; L126 /tools/0/filters",
            ),
            "anthropic": (
                {
                    "tools": [
                        {
                            "type": "web_search_20250305",
                            "name": "web_search",
                            "user_location": {"type": "approximate", "city": "X"},
                            "allowed_domains": ["example.com"],
                        },
                    ],
                },
                "L126 /tools/0/search_context_size",
            ),
            "chat/groq": ({}, "L161 /tools/0"),
        },
    ),
    (
        "web_search_preview",
        {"tools": [{"type": "web_search_preview_2025_03_11"}]},
        {
            "chat": ({"web_search_options": {}}, ""),
            "responses": ({"tools": [{"type": "web_search_preview_2025_03_11"}]}, ""),
            "gemini": ({"tools": [{"googleSearch": {}}]}, ""),
            "anthropic": ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, ""),
        },
    ),
    (
        "code_interpreter",
        {"tools": [{"type": "code_interpreter"}]},
        {
            "chat": ({}, "L161 /tools/0"),
            "responses": ({"tools": [{"type": "code_interpreter"}]}, ""),
            "gemini": ({"tools": [{"codeExecution": {}}]}, ""),
            "anthropic": ({"tools": [{"type": "code_execution_20250825", "name": "code_execution"}]}, ""),
        },
    ),
    (
        "file_search",
        {"tools": [{"type": "file_search"}]},
        {
            "chat": ({}, "L161 /tools/0"),
            "responses": ({"tools": [{"type": "file_search"}]}, ""),
            "gemini": ({}, "L161 /tools/0"),
            "anthropic": ({}, "L161 /tools/0"),
        },
    ),
    (
        "mcp",
        {"tools": [{"type": "mcp"}]},
        {
            "chat": ({}, "L161 /tools/0"),
            "responses": ({"tools": [{"type": "mcp"}]}, ""),
            "gemini": ({}, "L161 /tools/0"),
            "anthropic": ({}, "L161 /tools/0"),
        },
    ),
    (
        "image_generation",
        {"tools": [{"type": "image_generation"}]},
        {
            "chat": ({}, "L161 /tools/0"),
            "responses": ({"tools": [{"type": "image_generation"}]}, ""),
            "gemini": ({}, "L161 /tools/0"),
            "anthropic": ({}, "L161 /tools/0"),
        },
    ),
    (
        "computer",
        {"tools": [{"type": "computer_use_preview"}]},
        {
            "chat": ({}, "L161 /tools/0"),
            "responses": ({"tools": [{"type": "computer_use_preview"}]}, ""),
            "gemini": ({}, "L161 /tools/0"),
            "anthropic": ({}, "L161 /tools/0"),
        },
    ),
    (
        "shell",
        {"tools": [{"type": "shell"}]},
        {
            "chat": ({}, "L161 /tools/0"),
            "responses": ({"tools": [{"type": "shell"}]}, ""),
            "gemini": ({}, "L161 /tools/0"),
            "anthropic": ({}, "L161 /tools/0"),
        },
    ),
    (
        "tool_search",
        {"tools": [{"type": "tool_search"}]},
        {
            "chat": ({}, "L161 /tools/0"),
            "responses": ({"tools": [{"type": "tool_search"}]}, ""),
            "gemini": ({}, "L161 /tools/0"),
            "anthropic": ({}, "L161 /tools/0"),
        },
    ),
)


@each_cell(ROWS)
def test_hosted_tools_of_responses_are_told_as_the_table_says(
    said: dict[str, Any], upstream: str, told: dict[str, Any], losses: str
) -> None:
    """Declarations, the choice among them, and whether several may be called at once."""
    assert parameters_told("responses", said, upstream) == (told, losses)
