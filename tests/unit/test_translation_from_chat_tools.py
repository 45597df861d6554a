"""Tools of a Chat request, and the choice among them, in every form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import RequestRefused
from harness.translation.losses import Ledger
from harness.translation.requests.from_chat import from_chat
from harness.turn.tools import CustomTool, FunctionTool, HostedTool, ToolChoice

if TYPE_CHECKING:
    from harness.turn.conversation import Request

LEAST: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
TOOL = {"type": "function", "function": {"name": "f"}}


def read(**members: Any) -> Request:
    """The neutral request of the least body with more members, where nothing is lost."""
    ledger = Ledger()
    request = from_chat(LEAST | members, ledger)
    assert ledger.losses == []
    return request


def refusal(**members: Any) -> dict[str, str | None]:
    """The error object that is answered with."""
    with pytest.raises(RequestRefused) as caught:
        from_chat(LEAST | members, Ledger())
    return caught.value.body()["error"]


def test_functions_are_read_with_their_schema_and_strictness() -> None:
    """Absent is not the same as false."""
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    told = {"name": "f", "description": "d", "parameters": schema, "strict": False, "odd": 1}
    assert read(tools=[{"type": "function", "function": told, "cache_control": {"a": 1}}, TOOL]).tools == (
        FunctionTool(
            name="f",
            description="d",
            parameters=schema,
            strict=False,
            extra={"cache_control": {"a": 1}, "odd": 1},
            at="/tools/0",
        ),
        FunctionTool(name="f", at="/tools/1"),
    )


def test_custom_tools_are_read_with_a_flat_format() -> None:
    """As the other dialect has it."""
    grammar = {"type": "grammar", "grammar": {"syntax": "lark", "definition": "start: WORD"}}
    told = [
        {"type": "custom", "custom": {"name": "c", "description": "d", "format": grammar}},
        {"type": "custom", "custom": {"name": "t", "format": {"type": "text"}}},
        {"type": "custom", "custom": {"name": "n"}},
    ]
    assert read(tools=told).tools == (
        CustomTool(
            name="c",
            description="d",
            format={"type": "grammar", "syntax": "lark", "definition": "start: WORD"},
            at="/tools/0",
        ),
        CustomTool(name="t", format={"type": "text"}, at="/tools/1"),
        CustomTool(name="n", at="/tools/2"),
    )


def test_tools_that_a_provider_runs_are_kept_as_sent() -> None:
    """They are no official tools of Chat, but a server may have them."""
    tool = {"type": "openrouter:web_search", "parameters": {"a": 1}}
    assert read(tools=[tool]).tools == (
        HostedTool(kind="openrouter:web_search", value=tool, dialect="chat", at="/tools/0"),
    )


def test_no_tools_are_not_the_same_as_an_empty_list_of_them() -> None:
    """None is "not said"."""
    assert read().tools is None
    assert read(tools=None).tools is None
    assert read(tools=[]).tools == ()


@pytest.mark.parametrize(
    ("told", "choice"),
    [
        ("none", ToolChoice(mode="none", at="/tool_choice")),
        ("auto", ToolChoice(mode="auto", at="/tool_choice")),
        ("required", ToolChoice(mode="required", at="/tool_choice")),
        (
            {"type": "function", "function": {"name": "f"}},
            ToolChoice(mode="named", name="f", at="/tool_choice"),
        ),
        (
            {"type": "custom", "custom": {"name": "c"}},
            ToolChoice(mode="named", name="c", kind="custom", at="/tool_choice"),
        ),
        (
            {
                "type": "allowed_tools",
                "allowed_tools": {
                    "mode": "required",
                    "tools": [
                        {"type": "function", "function": {"name": "f"}},
                        {"type": "custom", "custom": {"name": "c"}},
                        {"type": "mcp", "server_label": "s"},
                    ],
                },
            },
            ToolChoice(
                mode="allowed",
                is_required=True,
                names=(
                    {"type": "function", "name": "f"},
                    {"type": "custom", "name": "c"},
                    {"type": "mcp", "server_label": "s"},
                ),
                at="/tool_choice",
            ),
        ),
        (
            {"type": "web_search"},
            ToolChoice(mode="hosted", name="web_search", value={"type": "web_search"}, at="/tool_choice"),
        ),
    ],
)
def test_every_form_of_the_choice_is_read(told: Any, choice: ToolChoice) -> None:
    """Strings and objects."""
    assert read(tools=[TOOL], tool_choice=told).tool_choice == choice


@pytest.mark.parametrize(
    "choice", ["auto", "none", "required", {"type": "function", "function": {"name": "f"}}]
)
def test_000_d19_a_choice_without_tools_is_refused(choice: Any) -> None:
    """OpenAI does not pass it over either."""
    assert refusal(tool_choice=choice) == {
        "message": "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
        "type": "invalid_request_error",
        "param": "tool_choice",
        "code": None,
    }


def test_legacy_functions_are_tools_and_know_that_they_are_legacy() -> None:
    """Losses name the members under which they stood."""
    request = read(functions=[{"name": "f", "parameters": {}, "odd": 1}], function_call={"name": "f"})
    assert request.tools == (
        FunctionTool(name="f", parameters={}, is_legacy=True, extra={"odd": 1}, at="/functions/0"),
    )
    assert request.tool_choice == ToolChoice(mode="named", name="f", at="/function_call")
    assert request.is_legacy
    assert (request.pointer("tools"), request.pointer("tool_choice")) == ("/functions", "/function_call")
    assert read(functions=[{"name": "f"}], function_call="none").tool_choice == ToolChoice(
        mode="none", at="/function_call"
    )


def test_tools_of_both_forms_are_all_kept() -> None:
    """Such a request is not legacy: it can take several calls. Of two choices the newer counts."""
    ledger = Ledger()
    request = from_chat(
        LEAST
        | {
            "tools": [TOOL],
            "functions": [{"name": "g"}],
            "tool_choice": "required",
            "function_call": "auto",
        },
        ledger,
    )
    assert [tool.name for tool in request.tools or () if isinstance(tool, FunctionTool)] == ["f", "g"]
    assert not request.is_legacy
    assert request.tool_choice is not None
    assert request.tool_choice.mode == "required"
    assert [(loss.code, loss.at) for loss in ledger.losses] == [("L100", "/function_call")]


def test_members_inside_choices_and_formats_that_nobody_knows_are_noted() -> None:
    """There is no room for them."""
    ledger = Ledger()
    form = {"type": "grammar", "grammar": {"syntax": "regex", "definition": "a", "x": 1}, "y": 2}
    body = LEAST | {
        "tools": [{"type": "custom", "custom": {"name": "c", "format": form}}],
        "tool_choice": {"type": "custom", "custom": {"name": "c", "z": 3}},
    }
    from_chat(body, ledger)
    assert [loss.at for loss in ledger.losses] == [
        "/tools/0/custom/format/y",
        "/tools/0/custom/format/grammar/x",
        "/tool_choice/custom/z",
    ]


_TOOLS: list[tuple[dict[str, Any], str, str | None, str | None]] = [
    (
        {"tools": [{"type": "function"}]},
        "Missing required parameter: 'tools[0].function'.",
        "tools[0].function",
        "missing_required_parameter",
    ),
    (
        {"tools": [{"type": "function", "function": {"name": ""}}]},
        (
            "Invalid 'tools[0].function.name': empty string. Expected a string with minimum length 1, but got an empty "
            "string instead."
        ),
        "tools[0].function.name",
        "empty_string",
    ),
    (
        {"tools": [{"type": "function", "function": {"name": "f", "strict": "yes"}}]},
        "Invalid type for 'tools[0].function.strict': expected a boolean, but got a string instead.",
        "tools[0].function.strict",
        "invalid_type",
    ),
    (
        {"tools": [TOOL] * 129},
        (
            "Invalid 'tools': array too long. Expected an array with maximum length 128, but got an array with length "
            "129 instead."
        ),
        "tools",
        "array_above_max_length",
    ),
    (
        {"tools": [TOOL], "tool_choice": "any"},
        "Invalid value: 'any'. Supported values are: 'none', 'auto', and 'required'.",
        "tool_choice",
        "invalid_value",
    ),
    (
        {"tools": [TOOL], "tool_choice": 1},
        "Invalid type for 'tool_choice': expected one of a string or object, but got an integer instead.",
        "tool_choice",
        "invalid_type",
    ),
    (
        {"tools": [TOOL], "tool_choice": {"type": "function", "name": "f"}},
        "Missing required parameter: 'tool_choice.function'.",
        "tool_choice.function",
        "missing_required_parameter",
    ),
    (
        {"function_call": "auto"},
        "Invalid value for 'function_call': 'function_call' is only allowed when 'functions' are specified.",
        "function_call",
        None,
    ),
    (
        {"functions": [{"name": "f"}], "function_call": "required"},
        "Invalid value: 'required'. Supported values are: 'none' and 'auto'.",
        "function_call",
        "invalid_value",
    ),
    (
        {"functions": []},
        "Invalid 'functions': empty array. Expected an array with minimum length 1, but got an empty array instead.",
        "functions",
        "empty_array",
    ),
]


@pytest.mark.parametrize(("members", "message", "param", "code"), _TOOLS)
def test_a_wrong_tool_is_refused_as_openai_does(
    members: dict[str, Any], message: str, param: str | None, code: str | None
) -> None:
    """Message, param and code."""
    assert refusal(**members) == {
        "message": message,
        "type": "invalid_request_error",
        "param": param,
        "code": code,
    }
