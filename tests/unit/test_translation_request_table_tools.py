"""The table of tools and tool_choice (translation of requests), row by row and cell by cell: from Chat.

A row is what the client says beside the least request; a cell the members that an upstream's body has for it, and the
losses with their places.

Legacy functions are asked for one call at a time, as their form has room for one; where an upstream cannot be asked
that, what comes beyond one is lost with the answer (L127).
"""

from __future__ import annotations

from typing import Any, Final

from tests.request_tables import Parameters, each_cell, parameters_told
from tests.request_words import (
    ANTHROPIC_C,
    ANTHROPIC_F,
    CHAT_EMULATED,
    GEMINI_C,
    RESPONSES_C,
    RESPONSES_EMULATED,
    RESPONSES_F,
    RESPONSES_STRICT,
    STRICT,
    C,
    F,
)

CHAT_STRICT: Final[dict[str, Any]] = {
    "type": "function",
    "function": {"name": "f", "strict": True, "parameters": STRICT},
}


ROWS: Final[Parameters] = (
    (
        "function",
        {"tools": [F]},
        {
            "chat": ({"tools": [F]}, ""),
            "responses": ({"tools": [RESPONSES_F]}, ""),
            "gemini": ({"tools": [{"functionDeclarations": [{"name": "f"}]}]}, ""),
            "anthropic": ({"tools": [ANTHROPIC_F]}, ""),
        },
    ),
    (
        "strict function",
        {"tools": [CHAT_STRICT]},
        {
            "chat": (
                {
                    "tools": [
                        {"type": "function", "function": {"name": "f", "parameters": STRICT, "strict": True}}
                    ],
                },
                "",
            ),
            "responses": ({"tools": [RESPONSES_STRICT]}, ""),
            "gemini": (
                {
                    "tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": STRICT}]}],
                },
                "L160 /tools/0",
            ),
            "anthropic": ({"tools": [{"name": "f", "strict": True, "input_schema": STRICT}]}, ""),
        },
    ),
    (
        "custom",
        {"tools": [C]},
        {
            "chat": ({"tools": [C]}, ""),
            "responses": ({"tools": [RESPONSES_C]}, ""),
            "gemini": ({"tools": [{"functionDeclarations": [GEMINI_C]}]}, "L144 /tools/0"),
            "anthropic": ({"tools": [ANTHROPIC_C]}, "L144 /tools/0"),
            "chat/groq": ({"tools": [CHAT_EMULATED]}, "L144 /tools/0"),
            "responses/xai": ({"tools": [RESPONSES_EMULATED]}, "L144 /tools/0"),
        },
    ),
    (
        "hosted",
        {"tools": [{"type": "browser_search"}]},
        {
            "chat": ({"tools": [{"type": "browser_search"}]}, ""),
            "responses": ({}, "L161 /tools/0"),
            "gemini": ({}, "L161 /tools/0"),
            "anthropic": ({}, "L161 /tools/0"),
        },
    ),
)


@each_cell(ROWS)
def test_tools_of_chat_are_told_as_the_table_says(
    said: dict[str, Any], upstream: str, told: dict[str, Any], losses: str
) -> None:
    """Declarations, the choice among them, and whether several may be called at once."""
    assert parameters_told("chat", said, upstream) == (told, losses)
