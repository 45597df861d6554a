"""Tools in requests to Gemini."""

from __future__ import annotations

from typing import Any

import pytest

from harness.turn.tools import CustomTool, FunctionTool, HostedTool, ToolChoice
from tests.foreign_requests import asked, sent
from tests.gemini_requests import FLASH, THREE

F = FunctionTool(name="f", at="/tools/0")
G = FunctionTool(name="g", at="/tools/1")
SEARCH = HostedTool(kind="web_search", at="/tools/2")


@pytest.mark.parametrize(
    ("tool", "declared", "codes"),
    [
        (F, {"name": "f"}, []),
        (FunctionTool(name="f", parameters={}), {"name": "f"}, []),
        (
            FunctionTool(name="f", description="d", parameters={"type": "object", "$defs": {}}, strict=False),
            {"name": "f", "description": "d", "parametersJsonSchema": {"type": "object", "$defs": {}}},
            [],
        ),
        (
            FunctionTool(name="f", parameters={"properties": {}}),
            {"name": "f", "parametersJsonSchema": {"type": "object", "properties": {}}},
            ["L112"],
        ),
        (FunctionTool(name="f", strict=True), {"name": "f"}, ["L160"]),
        (FunctionTool(name="f", extra={"x": 1, "cache_control": {}}), {"name": "f"}, ["L100", "L119"]),
        (FunctionTool(name="f", namespace="n"), {"name": "n__f"}, []),
        (FunctionTool(name="1/f"), {"name": "_1_f"}, ["L139"]),
    ],
    ids=str,
)
def test_functions_are_declared(tool: FunctionTool, declared: dict[str, Any], codes: list[str]) -> None:
    """Their parameters are JSON Schema as sent."""
    one = sent("gemini", asked(FLASH, tools=(tool,)))
    assert one.body["tools"] == [{"functionDeclarations": [declared]}]
    assert one.codes == codes


def test_a_custom_tool_is_a_function_with_one_string() -> None:
    """The session knows it, and calls of it are changed back."""
    one = sent("gemini", asked(FLASH, tools=(CustomTool(name="patch", description="d", namespace="n"),)))
    (declared,) = one.body["tools"][0]["functionDeclarations"]
    assert declared["name"] == "n__patch"
    assert declared["parametersJsonSchema"]["required"] == ["input"]
    assert one.session.emulated == {"n__patch"}
    assert one.session.tool_names == {"n__patch": ("n", "patch")}
    assert one.codes == ["L144"]


@pytest.mark.parametrize(
    ("tool", "tools", "codes"),
    [
        (SEARCH, [{"googleSearch": {}}], []),
        (HostedTool(kind="web_search_preview", value={"type": "x"}), [{"googleSearch": {}}], []),
        (
            HostedTool(kind="web_search", value={"search_context_size": "low", "user_location": None}),
            [{"googleSearch": {}}],
            ["L126"],
        ),
        (HostedTool(kind="code_interpreter", value={"container": {}}), [{"codeExecution": {}}], ["L124"]),
        (HostedTool(kind="url_context"), [{"urlContext": {}}], []),
        (HostedTool(kind="file_search"), None, ["L161"]),
        (HostedTool(kind="mcp"), None, ["L161"]),
    ],
    ids=str,
)
def test_tools_of_the_provider(tool: HostedTool, tools: list[Any] | None, codes: list[str]) -> None:
    """Those that Gemini has."""
    one = sent("gemini", asked(FLASH, tools=(tool,)))
    assert (one.body.get("tools"), one.codes) == (tools, codes)


def test_the_web_search_of_chat_is_a_tool() -> None:
    """Its options have no place."""
    search = HostedTool(kind="web_search", value={"search_context_size": "low"}, dialect="chat")
    one = sent(
        "gemini", asked(THREE, tools=(F,), web_search=search, at={"web_search": "/web_search_options"})
    )
    assert one.body["tools"] == [{"functionDeclarations": [{"name": "f"}]}, {"googleSearch": {}}]
    assert one.body["toolConfig"] == {"includeServerSideToolInvocations": True}
    assert one.losses == [("L126", "/web_search_options/search_context_size")]


@pytest.mark.parametrize(
    ("choice", "calling", "codes"),
    [
        (None, None, []),
        (ToolChoice(mode="none"), {"mode": "NONE"}, []),
        (ToolChoice(mode="auto"), {"mode": "AUTO"}, []),
        (ToolChoice(mode="required"), {"mode": "ANY"}, []),
        (ToolChoice(mode="named", name="f"), {"mode": "ANY", "allowedFunctionNames": ["f"]}, []),
        (
            ToolChoice(mode="allowed", names=({"type": "function", "name": "g"},), is_required=True),
            {"mode": "ANY", "allowedFunctionNames": ["g"]},
            [],
        ),
        (
            ToolChoice(mode="allowed", names=({"type": "function", "name": "g"},)),
            {"mode": "VALIDATED", "allowedFunctionNames": ["g"]},
            [],
        ),
        (ToolChoice(mode="hosted", name="web_search"), None, ["L163"]),
    ],
    ids=str,
)
def test_the_choice_among_functions(
    choice: ToolChoice | None, calling: dict[str, Any] | None, codes: list[str]
) -> None:
    """It stands in functionCallingConfig."""
    one = sent("gemini", asked(FLASH, tools=(F, G), tool_choice=choice))
    expected = None if calling is None else {"functionCallingConfig": calling}
    assert (one.body.get("toolConfig"), one.codes) == (expected, codes)


def test_allowed_tools_leave_out_what_cannot_be_excluded_by_name() -> None:
    """A search that is not allowed; all functions where only the search is."""
    names = ({"type": "function", "name": "f"}, {"type": "mcp"})
    one = sent("gemini", asked(FLASH, tools=(F, SEARCH), tool_choice=ToolChoice(mode="allowed", names=names)))
    assert one.body["tools"] == [{"functionDeclarations": [{"name": "f"}]}]
    assert sorted(one.codes) == ["L162", "L163"]
    search = ToolChoice(mode="allowed", names=({"type": "web_search"},), is_required=True)
    other = sent("gemini", asked(FLASH, tools=(F, SEARCH), tool_choice=search))
    assert other.body["tools"] == [{"googleSearch": {}}]
    assert "toolConfig" not in other.body
    assert sorted(other.codes) == ["L162", "L163"]


def test_a_choice_without_tools_is_left_out() -> None:
    """An empty list of tools too."""
    one = sent(
        "gemini", asked(FLASH, tools=(), tool_choice=ToolChoice(mode="auto"), parallel_tool_calls=True)
    )
    assert set(one.body) == {"contents"}
    assert one.codes == ["L164", "L164"]


def test_parallel_calls_cannot_be_forbidden() -> None:
    """They are allowed anyway."""
    assert sent("gemini", asked(FLASH, tools=(F,), parallel_tool_calls=False)).codes == ["L117"]
    assert sent("gemini", asked(FLASH, tools=(F,), parallel_tool_calls=True)).codes == []
