"""Structured output and tools in requests to Anthropic."""

from __future__ import annotations

import re
from typing import Any

import pytest

from harness.turn.conversation import (
    OutputFormat,
)
from harness.turn.tools import CustomTool, FunctionTool, HostedTool, ToolChoice
from tests.anthropic_requests import AT_LEAST, EIGHT, FOUR, HAIKU, F
from tests.foreign_requests import answered, asked, called, said, sent

G = FunctionTool(name="g", at="/tools/1")
SEARCH = HostedTool(kind="web_search", at="/tools/2")
ANY_OBJECT = {"type": "object", "properties": {}}
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}


# -- structured output


def test_a_schema_is_sent_to_models_that_take_one() -> None:
    """Its name and strictness have no place."""
    output = OutputFormat(kind="json_schema", name="n", schema=SCHEMA, strict=True, at="/o")
    one = sent("anthropic", asked(HAIKU, output=output, reasoning=AT_LEAST))
    assert one.body["output_config"] == {"format": {"type": "json_schema", "schema": SCHEMA}}
    assert one.losses[0] == ("L113", "/o")
    effort = sent("anthropic", asked(EIGHT, output=output, reasoning=AT_LEAST))
    assert effort.body["output_config"].keys() == {"format", "effort"}


def test_a_schema_is_fitted_to_what_anthropic_understands() -> None:
    """Objects are closed; what is not enforced stands in the description."""
    schema = {
        "type": "object",
        "properties": {
            "a": {"type": "string", "format": "email"},
            "b": {"type": "string", "format": "phone", "description": "d"},
            "c": {"type": "array", "items": {"type": "integer", "minimum": 3}, "minItems": 2},
            "d": {"oneOf": [{"const": 1}, {"type": "object", "additionalProperties": {"type": "string"}}]},
        },
    }
    one = sent("anthropic", asked(HAIKU, output=OutputFormat(kind="json_schema", schema=schema)))
    assert one.body["output_config"]["format"]["schema"] == {
        "type": "object",
        "properties": {
            "a": {"type": "string", "format": "email"},
            "b": {"type": "string", "description": 'd\n\n{"format":"phone"}'},
            "c": {
                "type": "array",
                "items": {"type": "integer", "description": '{"minimum":3}'},
                "description": '{"minItems":2}',
            },
            "d": {
                "anyOf": [
                    {"const": 1},
                    {
                        "type": "object",
                        "additionalProperties": False,
                        "description": '{"additionalProperties":{"type":"string"}}',
                    },
                ]
            },
        },
        "additionalProperties": False,
    }
    assert one.codes == ["L112"]


@pytest.mark.parametrize(
    ("fields", "choice"),
    [
        ({}, {"type": "tool", "name": "json_response", "disable_parallel_tool_use": True}),
        ({"tools": (F,)}, {"type": "any"}),
        ({"tools": (F,), "tool_choice": ToolChoice(mode="required")}, {"type": "any"}),
        ({"tools": (F,), "tool_choice": ToolChoice(mode="named", name="f")}, {"type": "tool", "name": "f"}),
        (
            {"tools": (F,), "tool_choice": ToolChoice(mode="none")},
            {"type": "tool", "name": "json_response", "disable_parallel_tool_use": True},
        ),
        (
            {"tools": (F,), "parallel_tool_calls": False},
            {"type": "any", "disable_parallel_tool_use": True},
        ),
    ],
    ids=str,
)
def test_older_models_answer_by_a_tool(fields: dict[str, Any], choice: dict[str, Any]) -> None:
    """Whose arguments are the answer; tools of the client may still be called."""
    output = OutputFormat(kind="json_schema", schema=SCHEMA, description="d")
    one = sent("anthropic", asked(FOUR, output=output, **fields))
    assert one.body["tools"][-1] == {
        "name": "json_response",
        "description": "Gives the answer to the user. d",
        "input_schema": SCHEMA,
    }
    assert one.body["tool_choice"] == choice
    assert one.session.answer_tool == "json_response"
    assert one.codes == []


def test_the_answers_tool_has_a_name_of_its_own() -> None:
    """Where a tool of the client has the usual one."""
    tool = FunctionTool(name="json_response")
    one = sent(
        "anthropic", asked(FOUR, tools=(tool,), output=OutputFormat(kind="json_schema", schema=SCHEMA))
    )
    assert [told["name"] for told in one.body["tools"]] == ["json_response", "json_response_2"]
    assert one.session.answer_tool == "json_response_2"


@pytest.mark.parametrize(
    "output",
    [
        OutputFormat(kind="json_object"),
        OutputFormat(kind="json_schema"),
        OutputFormat(kind="json_schema", schema={"type": "array"}),
    ],
    ids=str,
)
def test_json_that_cannot_be_forced_is_asked_for_in_words(output: OutputFormat) -> None:
    """Behind the client's own system prompt."""
    one = sent("anthropic", asked(FOUR, instructions="i", output=output))
    assert [block["text"][:1] for block in one.body["system"]] == ["i", "A"]
    assert "JSON" in one.body["system"][1]["text"]
    assert one.codes == ["L111"]
    assert "tools" not in one.body


# -- tools


@pytest.mark.parametrize(
    ("model", "tool", "told", "codes"),
    [
        (HAIKU, F, {"name": "f", "input_schema": ANY_OBJECT}, []),
        (
            HAIKU,
            FunctionTool(name="f", description="d", parameters=SCHEMA, strict=False),
            {"name": "f", "description": "d", "input_schema": SCHEMA},
            [],
        ),
        (
            HAIKU,
            FunctionTool(name="f", parameters={"properties": {}}),
            {"name": "f", "input_schema": {"properties": {}, "type": "object"}},
            ["L112"],
        ),
        (
            HAIKU,
            FunctionTool(name="f", parameters=SCHEMA, strict=True),
            {"name": "f", "strict": True, "input_schema": SCHEMA},
            [],
        ),
        (
            HAIKU,
            FunctionTool(name="f", parameters={"type": "object"}, strict=True),
            {"name": "f", "strict": True, "input_schema": {"type": "object", "additionalProperties": False}},
            ["L112"],
        ),
        (
            FOUR,
            FunctionTool(name="f", parameters=SCHEMA, strict=True),
            {"name": "f", "input_schema": SCHEMA},
            ["L160"],
        ),
        (
            HAIKU,
            FunctionTool(name="f", extra={"cache_control": {"type": "ephemeral"}, "x": 1}),
            {"name": "f", "input_schema": ANY_OBJECT, "cache_control": {"type": "ephemeral"}},
            ["L100"],
        ),
        (HAIKU, FunctionTool(name="f", namespace="n"), {"name": "n__f", "input_schema": ANY_OBJECT}, []),
        (HAIKU, FunctionTool(name="a.b"), {"name": "a_b", "input_schema": ANY_OBJECT}, ["L139"]),
        (
            HAIKU,
            HostedTool(
                kind="web_search",
                value={
                    "type": "web_search",
                    "search_context_size": "low",
                    "user_location": {"type": "approximate", "city": "Paris"},
                    "filters": {"allowed_domains": ["a.b"], "blocked_domains": ["c.d"]},
                },
            ),
            {
                "type": "web_search_20250305",
                "name": "web_search",
                "user_location": {"type": "approximate", "city": "Paris"},
                "allowed_domains": ["a.b"],
            },
            ["L126", "L126"],
        ),
        (
            HAIKU,
            HostedTool(kind="code_interpreter", value={"container": {"type": "auto"}}),
            {"type": "code_execution_20250825", "name": "code_execution"},
            ["L124"],
        ),
    ],
    ids=str,
)
def test_tools(model: str, tool: Any, told: dict[str, Any], codes: list[str]) -> None:
    """Those of the client and those of the provider."""
    one = sent("anthropic", asked(model, tools=(tool,)))
    assert (one.body["tools"], one.codes) == ([told], codes)


def test_tools_that_anthropic_has_not() -> None:
    """They are errors."""
    one = sent("anthropic", asked(HAIKU, tools=(HostedTool(kind="file_search", at="/tools/0"),)))
    assert "tools" not in one.body
    assert one.losses[0] == ("L161", "/tools/0")


def test_the_web_search_of_chat_is_a_tool_and_a_function_of_that_name_is_renamed() -> None:
    """Its options stand one level deeper."""
    place = {"type": "approximate", "approximate": {"city": "Paris"}}
    search = HostedTool(kind="web_search", value={"user_location": place}, dialect="chat")
    one = sent("anthropic", asked(HAIKU, tools=(FunctionTool(name="web_search"),), web_search=search))
    first, second = one.body["tools"]
    assert second["user_location"] == {"type": "approximate", "city": "Paris"}
    assert first["name"] != "web_search"
    assert one.session.tool_names == {first["name"]: (None, "web_search")}


@pytest.mark.parametrize("name", ["get.weather", "wetter für köln", "x" * 65, "", "a/b", "日本"])
def test_names_that_anthropic_refuses_are_changed_and_changed_back(name: str) -> None:
    """In the declaration, the choice and the calls of earlier turns alike."""
    choice = ToolChoice(mode="named", name=name)
    messages = (said("hi"), said(called(name=name), role="assistant"), answered())
    one = sent("anthropic", asked(HAIKU, *messages, tools=(FunctionTool(name=name),), tool_choice=choice))
    given = one.body["tools"][0]["name"]
    assert re.fullmatch("[a-zA-Z0-9_-]{1,64}", given)
    assert one.body["tool_choice"]["name"] == given
    assert one.body["messages"][1]["content"][0]["name"] == given
    assert one.session.tool_names == {given: (None, name)}
    assert one.codes == ["L139"]


def test_names_that_are_changed_never_meet() -> None:
    """Each has one of its own, and those that are accepted keep theirs."""
    tools = tuple(FunctionTool(name=name, at=f"/{name}") for name in ("a.b", "a/b", "a_b", "a b"))
    one = sent("anthropic", asked(HAIKU, tools=tools))
    names = [told["name"] for told in one.body["tools"]]
    assert len(set(names)) == 4
    assert names[2] == "a_b"
    assert {one.session.tool_names[name][1] for name in names if name != "a_b"} == {"a.b", "a/b", "a b"}


@pytest.mark.parametrize(
    ("choice", "parallel", "told", "codes"),
    [
        (None, None, None, []),
        (None, True, None, []),
        (None, False, {"type": "auto", "disable_parallel_tool_use": True}, []),
        (ToolChoice(mode="auto"), None, {"type": "auto"}, []),
        (ToolChoice(mode="required"), False, {"type": "any", "disable_parallel_tool_use": True}, []),
        (ToolChoice(mode="none"), False, {"type": "none"}, []),
        (ToolChoice(mode="named", name="f"), None, {"type": "tool", "name": "f"}, []),
        (ToolChoice(mode="named", name="p", kind="custom"), None, {"type": "tool", "name": "p"}, []),
        (ToolChoice(mode="hosted", name="web_search"), None, {"type": "tool", "name": "web_search"}, []),
        (ToolChoice(mode="hosted", name="mcp"), None, None, ["L163"]),
    ],
    ids=str,
)
def test_the_choice_among_tools(
    choice: ToolChoice | None, parallel: Any, told: dict[str, Any] | None, codes: list[str]
) -> None:
    """Parallel calls are forbidden there, too."""
    tools = (F, SEARCH, CustomTool(name="p"))
    one = sent("anthropic", asked(HAIKU, tools=tools, tool_choice=choice, parallel_tool_calls=parallel))
    assert one.body.get("tool_choice") == told
    assert [code for code in one.codes if code != "L144"] == codes


def test_allowed_tools_are_those_that_are_left() -> None:
    """Anthropic has no list of them."""
    names = ({"type": "function", "name": "g"}, {"type": "web_search"}, {"type": "mcp"})
    choice = ToolChoice(mode="allowed", names=names, is_required=True)
    one = sent("anthropic", asked(HAIKU, tools=(F, G, SEARCH), tool_choice=choice))
    assert [told["name"] for told in one.body["tools"]] == ["g", "web_search"]
    assert one.body["tool_choice"] == {"type": "any"}
    assert sorted(one.codes) == ["L162", "L163"]


def test_a_choice_without_tools_is_left_out() -> None:
    """An empty list of tools too."""
    one = sent(
        "anthropic", asked(HAIKU, tools=(), tool_choice=ToolChoice(mode="auto"), parallel_tool_calls=False)
    )
    assert not {"tools", "tool_choice"} & one.body.keys()
    assert one.codes == ["L164", "L164"]
