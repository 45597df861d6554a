"""The table of tools and tool_choice (translation of requests), row by row and cell by cell: from Responses.

A row is what the client says beside the least request; a cell the members that an upstream's body has for it, and the
losses with their places.

Departures: a search is left out where the choice forbids it and the upstream would search all the same (L162); a
function that does not mention `strict` is told as strict to OpenAI's Chat only where it is so as it stands.
"""

from __future__ import annotations

from typing import Any, Final

from harness.translation.requests.emulation import PARAMETERS
from tests.request_tables import Parameters, each_cell, parameters_told
from tests.request_words import (
    ANTHROPIC_C,
    ANTHROPIC_F,
    CHAT_F,
    GEMINI_C,
    GEMINI_F,
    GRAMMAR,
    LOOSE,
    NOTHING,
    RESPONSES_C,
    RESPONSES_EMULATED,
    RESPONSES_F,
    RESPONSES_STRICT,
    STRICT,
    C,
)

GEMINI_SPACED: Final[dict[str, Any]] = {
    "name": "ns__c",
    "description": GRAMMAR,
    "parametersJsonSchema": dict(PARAMETERS),
}


ANTHROPIC_SPACED: Final[dict[str, Any]] = {
    "name": "ns__c",
    "description": GRAMMAR,
    "input_schema": dict(PARAMETERS),
}


ROWS: Final[Parameters] = (
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
)


@each_cell(ROWS)
def test_tools_of_responses_are_told_as_the_table_says(
    said: dict[str, Any], upstream: str, told: dict[str, Any], losses: str
) -> None:
    """Declarations, the choice among them, and whether several may be called at once."""
    assert parameters_told("responses", said, upstream) == (told, losses)
