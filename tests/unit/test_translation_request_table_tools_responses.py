"""The table of tools and tool_choice (translation of requests), row by row and cell by cell: from Responses.

A row is what the client says beside the least request; a cell the members that an upstream's body has for it, and the
losses with their places.

Departures: a search is left out where the choice forbids it and the upstream would search all the same (L162); a
function that does not mention `strict` is told as strict to OpenAI's Chat only where it is so as it stands.
"""

from __future__ import annotations

from typing import Any, Final

import pytest

from harness.translation.requests.emulation import PARAMETERS
from tests.request_cells import cell

STRICT: Final = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}
LOOSE: Final = {"type": "object", "properties": {"a": {"type": "string"}}}
NOTHING: Final = {"type": "object", "properties": {}}
GRAMMAR: Final = "`input` must follow this lark grammar:\nx"
RESPONSES_EMULATED: Final[dict[str, Any]] = {
    "type": "function",
    "name": "c",
    "description": GRAMMAR,
    "parameters": dict(PARAMETERS),
    "strict": False,
}
GEMINI_SPACED: Final[dict[str, Any]] = {
    "name": "ns__c",
    "description": GRAMMAR,
    "parametersJsonSchema": dict(PARAMETERS),
}
GEMINI_C: Final[dict[str, Any]] = {
    "name": "c",
    "description": GRAMMAR,
    "parametersJsonSchema": dict(PARAMETERS),
}
ANTHROPIC_SPACED: Final[dict[str, Any]] = {
    "name": "ns__c",
    "description": GRAMMAR,
    "input_schema": dict(PARAMETERS),
}
ANTHROPIC_C: Final[dict[str, Any]] = {"name": "c", "description": GRAMMAR, "input_schema": dict(PARAMETERS)}
RESPONSES_STRICT: Final[dict[str, Any]] = {
    "type": "function",
    "name": "f",
    "parameters": STRICT,
    "strict": True,
}
SEARCH: Final[dict[str, Any]] = {
    "type": "web_search",
    "search_context_size": "low",
    "user_location": {"type": "approximate", "city": "X"},
    "filters": {"allowed_domains": ["example.com"]},
}
C: Final[dict[str, Any]] = {
    "type": "custom",
    "custom": {"name": "c", "format": {"type": "grammar", "grammar": {"syntax": "lark", "definition": "x"}}},
}
CHAT_F: Final[dict[str, Any]] = {
    "type": "function",
    "function": {"name": "f", "parameters": NOTHING, "strict": False},
}
CHAT_G: Final[dict[str, Any]] = {
    "type": "function",
    "function": {"name": "g", "parameters": NOTHING, "strict": False},
}
RESPONSES_F: Final[dict[str, Any]] = {"type": "function", "name": "f", "parameters": NOTHING, "strict": False}
RESPONSES_G: Final[dict[str, Any]] = {"type": "function", "name": "g", "parameters": NOTHING, "strict": False}
RESPONSES_C: Final[dict[str, Any]] = {
    "type": "custom",
    "name": "c",
    "format": {"type": "grammar", "syntax": "lark", "definition": "x"},
}
GEMINI_F: Final[dict[str, Any]] = {"name": "f", "parametersJsonSchema": NOTHING}
GEMINI_G: Final[dict[str, Any]] = {"name": "g", "parametersJsonSchema": NOTHING}
ANTHROPIC_F: Final[dict[str, Any]] = {"name": "f", "input_schema": NOTHING}
ANTHROPIC_G: Final[dict[str, Any]] = {"name": "g", "input_schema": NOTHING}
F: Final[dict[str, Any]] = {"type": "function", "function": {"name": "f"}}

ROWS: Final[tuple[tuple[str, dict[str, Any], dict[str, tuple[dict[str, Any], str]]], ...]] = (
    (
        "function",
        {"tools": [RESPONSES_F]},
        {
            "chat": ({"tools": [CHAT_F]}, ""),
            "responses": ({"tools": [RESPONSES_F]}, ""),
            "gemini": ({"tools": [{"functionDeclarations": [GEMINI_F]}]}, ""),
            "anthropic": ({"tools": [ANTHROPIC_F]}, ""),
            "responses/llamacpp": ({"tools": [RESPONSES_F]}, ""),
        },
    ),
    (
        "strict function",
        {"tools": [RESPONSES_STRICT]},
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
        "function without strict",
        {"tools": [{"type": "function", "name": "f", "parameters": STRICT}]},
        {
            "chat": (
                {
                    "tools": [
                        {"type": "function", "function": {"name": "f", "parameters": STRICT, "strict": True}}
                    ],
                },
                "",
            ),
            "responses": ({"tools": [{"type": "function", "name": "f", "parameters": STRICT}]}, ""),
            "gemini": (
                {"tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": STRICT}]}]},
                "",
            ),
            "anthropic": ({"tools": [{"name": "f", "input_schema": STRICT}]}, ""),
            "chat/groq": (
                {"tools": [{"type": "function", "function": {"name": "f", "parameters": STRICT}}]},
                "",
            ),
        },
    ),
    (
        "function without strict",
        {"tools": [{"type": "function", "name": "f", "parameters": LOOSE}]},
        {
            "chat": ({"tools": [{"type": "function", "function": {"name": "f", "parameters": LOOSE}}]}, ""),
            "responses": ({"tools": [{"type": "function", "name": "f", "parameters": LOOSE}]}, ""),
            "gemini": (
                {"tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": LOOSE}]}]},
                "",
            ),
            "anthropic": ({"tools": [{"name": "f", "input_schema": LOOSE}]}, ""),
        },
    ),
    (
        "function with nulls",
        {"tools": [{"type": "function", "name": "f", "parameters": None, "strict": None}]},
        {
            "chat": ({"tools": [{"type": "function", "function": {"name": "f", "strict": False}}]}, ""),
            "responses": (
                {"tools": [{"type": "function", "name": "f", "parameters": None, "strict": False}]},
                "",
            ),
            "gemini": ({"tools": [{"functionDeclarations": [{"name": "f"}]}]}, ""),
            "anthropic": ({"tools": [ANTHROPIC_F]}, ""),
        },
    ),
    (
        "strict function without parameters",
        {
            "tools": [{"type": "function", "name": "f", "parameters": None, "strict": True}],
        },
        {
            "chat": ({"tools": [{"type": "function", "function": {"name": "f", "strict": True}}]}, ""),
            "responses": (
                {"tools": [{"type": "function", "name": "f", "parameters": None, "strict": True}]},
                "",
            ),
            "gemini": ({"tools": [{"functionDeclarations": [{"name": "f"}]}]}, "L160 /tools/0"),
            "anthropic": (
                {
                    "tools": [
                        {
                            "name": "f",
                            "strict": True,
                            "input_schema": {
                                "type": "object",
                                "properties": {},
                                "additionalProperties": False,
                            },
                        },
                    ],
                },
                "",
            ),
        },
    ),
    (
        "custom",
        {"tools": [RESPONSES_C]},
        {
            "chat": ({"tools": [C]}, ""),
            "responses": ({"tools": [RESPONSES_C]}, ""),
            "gemini": ({"tools": [{"functionDeclarations": [GEMINI_C]}]}, "L144 /tools/0"),
            "anthropic": ({"tools": [ANTHROPIC_C]}, "L144 /tools/0"),
            "responses/xai": ({"tools": [RESPONSES_EMULATED]}, "L144 /tools/0"),
        },
    ),
    (
        "namespace",
        {
            "tools": [
                {"type": "namespace", "name": "ns", "description": "all", "tools": [RESPONSES_F, RESPONSES_C]}
            ]
        },
        {
            "chat": (
                {
                    "tools": [
                        {
                            "type": "function",
                            "function": {"name": "ns__f", "parameters": NOTHING, "strict": False},
                        },
                        {
                            "type": "custom",
                            "custom": {
                                "name": "ns__c",
                                "format": {
                                    "type": "grammar",
                                    "grammar": {"syntax": "lark", "definition": "x"},
                                },
                            },
                        },
                    ],
                },
                "L100 /tools/0",
            ),
            "responses": (
                {
                    "tools": [
                        {
                            "type": "namespace",
                            "name": "ns",
                            "tools": [RESPONSES_F, RESPONSES_C],
                            "description": "all",
                        }
                    ]
                },
                "",
            ),
            "gemini": (
                {
                    "tools": [
                        {
                            "functionDeclarations": [
                                {"name": "ns__f", "parametersJsonSchema": NOTHING},
                                GEMINI_SPACED,
                            ]
                        }
                    ],
                },
                "L144 /tools/0/tools/1; L100 /tools/0",
            ),
            "anthropic": (
                {
                    "tools": [{"name": "ns__f", "input_schema": NOTHING}, ANTHROPIC_SPACED],
                },
                "L144 /tools/0/tools/1; L100 /tools/0",
            ),
            "responses/xai": (
                {
                    "tools": [
                        {"type": "function", "name": "ns__f", "parameters": NOTHING, "strict": False},
                        {
                            "type": "function",
                            "name": "ns__c",
                            "description": "`input` must follow this lark grammar:\nx",
                            "parameters": {
                                "type": "object",
                                "properties": {
                                    "input": {
                                        "type": "string",
                                        "description": "The whole input of the tool, as plain text.",
                                    },
                                },
                                "required": ["input"],
                                "additionalProperties": False,
                            },
                            "strict": False,
                        },
                    ],
                },
                "L100 /tools/0; L144 /tools/0/tools/1",
            ),
        },
    ),
    (
        "choice in a namespace",
        {
            "tools": [
                {"type": "namespace", "name": "ns", "description": "all", "tools": [RESPONSES_F, RESPONSES_C]}
            ],
            "tool_choice": {"type": "function", "name": "f"},
        },
        {
            "chat": (
                {
                    "tools": [
                        {
                            "type": "function",
                            "function": {"name": "ns__f", "parameters": NOTHING, "strict": False},
                        },
                        {
                            "type": "custom",
                            "custom": {
                                "name": "ns__c",
                                "format": {
                                    "type": "grammar",
                                    "grammar": {"syntax": "lark", "definition": "x"},
                                },
                            },
                        },
                    ],
                    "tool_choice": {"type": "function", "function": {"name": "ns__f"}},
                },
                "L100 /tools/0",
            ),
            "responses": (
                {
                    "tools": [
                        {
                            "type": "namespace",
                            "name": "ns",
                            "tools": [RESPONSES_F, RESPONSES_C],
                            "description": "all",
                        }
                    ],
                    "tool_choice": {"type": "function", "name": "f"},
                },
                "",
            ),
            "gemini": (
                {
                    "tools": [
                        {
                            "functionDeclarations": [
                                {"name": "ns__f", "parametersJsonSchema": NOTHING},
                                GEMINI_SPACED,
                            ]
                        }
                    ],
                    "toolConfig": {
                        "functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["ns__f"]}
                    },
                },
                "L144 /tools/0/tools/1; L100 /tools/0",
            ),
            "anthropic": (
                {
                    "tools": [{"name": "ns__f", "input_schema": NOTHING}, ANTHROPIC_SPACED],
                    "tool_choice": {"type": "tool", "name": "ns__f"},
                },
                "L144 /tools/0/tools/1; L100 /tools/0",
            ),
        },
    ),
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


@pytest.mark.parametrize(
    ("said", "upstream", "told", "losses"),
    [
        pytest.param(said, upstream, told, losses, id=f"{row}-{number}-{upstream}")
        for number, (row, said, cells) in enumerate(ROWS)
        for upstream, (told, losses) in cells.items()
    ],
)
def test_tools_of_responses_are_told_as_the_table_says(
    said: dict[str, Any], upstream: str, told: dict[str, Any], losses: str
) -> None:
    """Declarations, the choice among them, and whether several may be called at once."""
    found = cell("responses", said, upstream)
    assert found.told == told
    assert "; ".join(found.losses) == losses
