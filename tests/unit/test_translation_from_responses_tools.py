"""Tools of a Responses request, and the choice among them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.turn.tools import CustomTool, FunctionTool, HostedTool, ToolChoice
from tests.responses_requests_read import read


@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        (
            {
                "type": "function",
                "name": "f",
                "description": "d",
                "parameters": {"type": "object"},
                "strict": True,
            },
            FunctionTool(
                name="f", description="d", parameters={"type": "object"}, strict=True, at="/tools/0"
            ),
        ),
        ({"type": "function", "name": "f"}, FunctionTool(name="f", at="/tools/0")),
        (
            {"type": "function", "name": "f", "strict": None},
            FunctionTool(name="f", strict=False, at="/tools/0"),
        ),
        (
            {"type": "function", "name": "f", "defer_loading": True},
            FunctionTool(name="f", extra={"defer_loading": True}, at="/tools/0"),
        ),
        (
            {
                "type": "custom",
                "name": "c",
                "format": {"type": "grammar", "syntax": "lark", "definition": "x"},
            },
            CustomTool(
                name="c", format={"type": "grammar", "syntax": "lark", "definition": "x"}, at="/tools/0"
            ),
        ),
        (
            {"type": "web_search_2025_08_26"},
            HostedTool(
                kind="web_search", value={"type": "web_search_2025_08_26"}, dialect="responses", at="/tools/0"
            ),
        ),
        (
            {"type": "mcp", "server_label": "s"},
            HostedTool(
                kind="mcp", value={"type": "mcp", "server_label": "s"}, dialect="responses", at="/tools/0"
            ),
        ),
    ],
)
def test_a_tool_has_its_form(tool: dict[str, Any], expected: Any) -> None:
    """What the client runs is described, what the provider runs is kept."""
    assert read(tools=[tool]).tools == (expected,)


def test_the_tools_of_a_namespace_know_it() -> None:
    """What else is said of the namespace is kept once; an empty one is a tool like any other."""
    inner = [{"type": "function", "name": "f"}, {"type": "custom", "name": "c"}]
    empty = {"type": "namespace", "name": "e", "description": "d", "tools": []}
    request = read(tools=[{"type": "namespace", "name": "n", "description": "d", "tools": inner}, empty])
    assert request.tools == (
        FunctionTool(name="f", namespace="n", at="/tools/0/tools/0"),
        CustomTool(name="c", namespace="n", at="/tools/0/tools/1"),
        HostedTool(kind="namespace", value=empty, dialect="responses", at="/tools/1"),
    )
    assert request.namespaces == {"n": {"description": "d"}}


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("none", ToolChoice(mode="none")),
        ("auto", ToolChoice(mode="auto")),
        ("required", ToolChoice(mode="required")),
        ({"type": "function", "name": "f"}, ToolChoice(mode="named", name="f")),
        ({"type": "custom", "name": "c"}, ToolChoice(mode="named", name="c", kind="custom")),
        (
            {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "f"}]},
            ToolChoice(mode="allowed", names=({"type": "function", "name": "f"},), is_required=True),
        ),
        ({"type": "allowed_tools", "mode": "auto", "tools": []}, ToolChoice(mode="allowed")),
        ({"type": "web_search_preview_2025_03_11"}, ToolChoice(mode="hosted", name="web_search_preview")),
        ({"type": "mcp", "server_label": "s"}, ToolChoice(mode="hosted", name="mcp")),
    ],
)
def test_a_choice_has_its_form(choice: Any, expected: ToolChoice) -> None:
    """And is kept as it was sent."""
    assert read(tool_choice=choice).tool_choice == replace(expected, value=choice, at="/tool_choice")
