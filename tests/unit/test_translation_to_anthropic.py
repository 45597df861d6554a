"""Each row of the mapping of requests to Anthropic: what is sent, and what is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest

from harness.translation.manner import Manner
from harness.turn.conversation import (
    AudioPart,
    FilePart,
    ImagePart,
    OpaquePart,
    OutputFormat,
    Part,
    ReasoningPart,
    ReasoningWish,
    RefusalPart,
    TextPart,
)
from harness.turn.tools import CustomTool, FunctionTool, HostedTool, ToolChoice
from tests.foreign_requests import answered, asked, called, said, sent

OLD, FOUR, HAIKU, SIX, EIGHT, FIVE, NEWEST, FABLE = (
    "claude-3-5-haiku-20241022",
    "claude-sonnet-4-20250514",
    "claude-haiku-4-5-20251001",
    "claude-opus-4-6",
    "claude-opus-4-8",
    "claude-sonnet-5",
    "claude-sonnet-5-5",
    "claude-fable-5-2",
)
PNG = "iVBORw0KGgo="
F = FunctionTool(name="f", at="/tools/0")
G = FunctionTool(name="g", at="/tools/1")
SEARCH = HostedTool(kind="web_search", at="/tools/2")
ANY_OBJECT = {"type": "object", "properties": {}}
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}
AT_LEAST = ReasoningWish(effort="low")


def test_the_least_request_has_a_limit_of_tokens() -> None:
    """Anthropic needs one (L102)."""
    one = sent("anthropic", asked(HAIKU))
    assert one.body == {
        "model": HAIKU,
        "max_tokens": 4096,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "hello"}]}],
    }
    assert one.losses == [("L102", "/max_output_tokens")]
    assert sent("anthropic", asked(HAIKU, max_output_tokens=7, stream=True)).losses == []


@pytest.mark.parametrize(
    ("model", "fields", "told", "codes"),
    [
        (HAIKU, {"max_output_tokens": 7}, {"max_tokens": 7}, []),
        (HAIKU, {"stream": True}, {"stream": True}, []),
        (HAIKU, {"temperature": 0.5, "top_k": 3}, {"temperature": 0.5, "top_k": 3}, []),
        (HAIKU, {"temperature": 1.5}, {"temperature": 1}, ["L103"]),
        (HAIKU, {"temperature": 0, "top_p": 0.5}, {"temperature": 0}, ["L103"]),
        (FOUR, {"temperature": 0, "top_p": 0.5}, {"temperature": 0, "top_p": 0.5}, []),
        (HAIKU, {"top_p": 0.5}, {"top_p": 0.5}, []),
        (EIGHT, {"temperature": 0.5, "top_p": 0.5, "top_k": 1}, {}, ["L103", "L104", "L103"]),
        (EIGHT, {"temperature": 1, "top_p": 1}, {}, []),
        (HAIKU, {"stop": ("END", "\n")}, {"stop_sequences": ["END"]}, ["L105"]),
        (HAIKU, {"stop": (" ",)}, {}, ["L105"]),
        (HAIKU, {"choices": 1}, {}, []),
        (HAIKU, {"choices": 2}, {}, ["L106"]),
        (HAIKU, {"seed": 1}, {}, ["L107"]),
        (HAIKU, {"frequency_penalty": 1, "presence_penalty": 1}, {}, ["L108", "L108"]),
        (HAIKU, {"logprobs": True, "top_logprobs": 2}, {}, ["L109", "L109"]),
        (HAIKU, {"logprobs": False}, {}, []),
        (HAIKU, {"verbosity": "low"}, {}, ["L114"]),
        (HAIKU, {"options": {"service_tier": "auto"}}, {"service_tier": "auto"}, []),
        (HAIKU, {"options": {"service_tier": "default"}}, {"service_tier": "standard_only"}, []),
        (HAIKU, {"options": {"service_tier": "priority"}}, {}, ["L118"]),
        (HAIKU, {"options": {"prompt_cache_key": "k"}}, {}, ["L119"]),
        (HAIKU, {"options": {"user": "u-1"}}, {"metadata": {"user_id": "u-1"}}, []),
        (
            HAIKU,
            {"options": {"user": "u-1", "safety_identifier": "s"}},
            {"metadata": {"user_id": "s"}},
            ["L120"],
        ),
        (HAIKU, {"options": {"user": "s", "safety_identifier": "s"}}, {"metadata": {"user_id": "s"}}, []),
        (HAIKU, {"options": {"user": "somebody@example.com"}}, {}, ["L120"]),
        (HAIKU, {"options": {"user": "+1 555 0100 99"}}, {}, ["L120"]),
        (HAIKU, {"options": {"user": "x" * 300}}, {}, ["L120"]),
        (HAIKU, {"options": {"metadata": {"a": "b"}}}, {}, ["L121"]),
        (HAIKU, {"options": {"store": True, "truncation": "auto"}}, {}, ["L122", "L123"]),
        (HAIKU, {"options": {"background": True, "previous_response_id": "r"}}, {}, ["L128", "L128"]),
        (HAIKU, {"options": {"modalities": ["text", "audio"], "audio": {}}}, {}, ["L125", "L125"]),
        (HAIKU, {"stream_options": {"include_obfuscation": True, "include_usage": True}}, {}, ["L124"]),
        (HAIKU, {"stream_options": {"include_obfuscation": False}}, {}, []),
        (HAIKU, {"extra": {"x": 1}}, {}, ["L100"]),
    ],
    ids=str,
)
def test_settings(model: str, fields: dict[str, Any], told: dict[str, Any], codes: list[str]) -> None:
    """Each in its place."""
    one = sent("anthropic", asked(model, **fields))
    del one.body["messages"], one.body["model"]
    assert one.body == {"max_tokens": 4096} | told
    assert one.codes == codes


def test_blank_stop_sequences_that_are_looked_for_here_are_not_lost() -> None:
    """They are emulated."""
    one = sent("anthropic", asked(HAIKU, stop=("\n", "END")), manner=Manner(emulate_stop=True))
    assert (one.body["stop_sequences"], one.codes) == (["END"], [])


# -- thinking


@pytest.mark.parametrize(
    ("model", "wish", "told", "codes"),
    [
        (OLD, ReasoningWish(effort="high"), {}, ["L115"]),
        (OLD, ReasoningWish(effort="none"), {}, []),
        (HAIKU, ReasoningWish(effort="none"), {}, []),
        (
            HAIKU,
            ReasoningWish(effort="low"),
            {"max_tokens": 6144, "thinking": {"type": "enabled", "budget_tokens": 2048}},
            [],
        ),
        (
            HAIKU,
            ReasoningWish(effort="xhigh"),
            {"max_tokens": 20480, "thinking": {"type": "enabled", "budget_tokens": 16384}},
            ["L115"],
        ),
        (
            HAIKU,
            ReasoningWish(budget=10),
            {"max_tokens": 4106, "thinking": {"type": "enabled", "budget_tokens": 1024}},
            ["L115"],
        ),
        (HAIKU, ReasoningWish(effort="odd"), {}, ["L115"]),
        (HAIKU, ReasoningWish(summary="auto"), {}, ["L116"]),
        (
            SIX,
            ReasoningWish(effort="high", summary="auto"),
            {
                "max_tokens": 20480,
                "thinking": {"type": "adaptive", "display": "summarized"},
                "output_config": {"effort": "high"},
            },
            [],
        ),
        (
            SIX,
            ReasoningWish(effort="xhigh"),
            {
                "max_tokens": 20480,
                "thinking": {"type": "adaptive"},
                "output_config": {"effort": "high"},
            },
            ["L115"],
        ),
        (
            EIGHT,
            ReasoningWish(effort="xhigh"),
            {
                "max_tokens": 20480,
                "thinking": {"type": "adaptive"},
                "output_config": {"effort": "xhigh"},
            },
            [],
        ),
        (
            EIGHT,
            ReasoningWish(effort="minimal"),
            {"max_tokens": 5120, "thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}},
            ["L115"],
        ),
        (EIGHT, ReasoningWish(budget=2000), {"max_tokens": 6096, "thinking": {"type": "adaptive"}}, ["L115"]),
        (
            EIGHT,
            ReasoningWish(summary="concise"),
            {"max_tokens": 12288, "thinking": {"type": "adaptive", "display": "summarized"}},
            ["L116"],
        ),
        (EIGHT, ReasoningWish(effort="none"), {}, []),
        (FIVE, ReasoningWish(effort="none"), {"thinking": {"type": "disabled"}}, []),
        (NEWEST, ReasoningWish(effort="none"), {"thinking": {"type": "between_tools"}}, []),
        (FABLE, ReasoningWish(effort="none"), {"output_config": {"effort": "low"}}, ["L115"]),
        ("claude-opus-5-5", ReasoningWish(effort="none"), {"output_config": {"effort": "low"}}, ["L115"]),
        (
            "somebody/else",
            ReasoningWish(effort="medium"),
            {"max_tokens": 12288, "thinking": {"type": "enabled", "budget_tokens": 8192}},
            [],
        ),
        (HAIKU, ReasoningWish(extra={"context": "auto", "generate_summary": "auto"}), {}, ["L124", "L116"]),
    ],
    ids=str,
)
def test_thinking_is_set_as_the_model_takes_it(
    model: str, wish: ReasoningWish, told: dict[str, Any], codes: list[str]
) -> None:
    """A budget up to 4.5, an effort from 4.6 on; there is room for the answer behind it."""
    one = sent("anthropic", asked(model, reasoning=wish))
    del one.body["messages"], one.body["model"]
    assert one.body == {"max_tokens": 4096} | told
    assert one.codes == codes


@pytest.mark.parametrize(
    ("limit", "thinking", "codes"),
    [
        (100_000, {"type": "enabled", "budget_tokens": 16_384}, []),
        (8_000, {"type": "enabled", "budget_tokens": 6_000}, ["L115"]),
        (1_025, {"type": "enabled", "budget_tokens": 1_024}, ["L115"]),
        (1_024, None, ["L115"]),
    ],
)
def test_the_budget_is_less_than_the_limit(limit: int, thinking: Any, codes: list[str]) -> None:
    """The limit is the client's, for thought and answer together."""
    one = sent("anthropic", asked(HAIKU, reasoning=ReasoningWish(effort="high"), max_output_tokens=limit))
    assert one.body["max_tokens"] == limit
    assert (one.body.get("thinking"), one.codes) == (thinking, codes)


@pytest.mark.parametrize("model", [HAIKU, SIX])
def test_thinking_takes_no_other_sampling(model: str) -> None:
    """But for a top_p near 1."""
    fields = {"temperature": 0.5, "top_p": 0.96, "top_k": 3}
    one = sent("anthropic", asked(model, reasoning=AT_LEAST, **fields))
    assert {name: one.body[name] for name in fields if name in one.body} == {"top_p": 0.96}
    assert one.codes == ["L103", "L104"]
    low = sent("anthropic", asked(model, reasoning=AT_LEAST, temperature=1, top_p=0.5))
    assert not fields.keys() & low.body.keys()
    assert low.codes == ["L103"]


@pytest.mark.parametrize(
    ("model", "wish", "thinking", "choice", "codes"),
    [
        (HAIKU, AT_LEAST, None, {"type": "tool", "name": "f"}, ["L115"]),
        (SIX, AT_LEAST, None, {"type": "tool", "name": "f"}, ["L115"]),
        (FIVE, None, {"type": "disabled"}, {"type": "tool", "name": "f"}, []),
        (FIVE, AT_LEAST, {"type": "disabled"}, {"type": "tool", "name": "f"}, ["L115"]),
        (NEWEST, None, None, {"type": "auto"}, ["L128"]),
        (FABLE, AT_LEAST, {"type": "adaptive"}, {"type": "auto"}, ["L128"]),
    ],
)
def test_a_forced_call_excludes_thinking(
    model: str, wish: ReasoningWish | None, thinking: Any, choice: Any, codes: list[str]
) -> None:
    """What the client cannot do without comes first; a model that cannot be forced is an error."""
    named = ToolChoice(mode="named", name="f")
    one = sent("anthropic", asked(model, tools=(F,), tool_choice=named, reasoning=wish))
    assert one.body.get("thinking") == thinking
    assert one.body["tool_choice"] == choice
    assert one.codes == codes


def test_a_budget_needs_a_thought_before_calls_that_were_answered_last() -> None:
    """Anthropic refuses it otherwise."""
    thought = ReasoningPart(text=("t",), signature="s", vendor="anthropic")
    with_thought = (said("hi"), said(thought, called(), role="assistant"), answered())
    without = (said("hi"), said(called(), role="assistant"), answered())
    assert "thinking" in sent("anthropic", asked(HAIKU, *with_thought, reasoning=AT_LEAST)).body
    one = sent("anthropic", asked(HAIKU, *without, reasoning=AT_LEAST))
    assert "thinking" not in one.body
    assert one.codes == ["L115"]
    assert "thinking" in sent("anthropic", asked(SIX, *without, reasoning=AT_LEAST)).body


def test_a_chat_client_is_shown_thoughts_where_the_manner_says_so() -> None:
    """It has no member to ask for them."""
    one = sent(
        "anthropic", asked(EIGHT, dialect="chat", reasoning=AT_LEAST), manner=Manner(reasoning="reasoning")
    )
    assert one.body["thinking"] == {"type": "adaptive", "display": "summarized"}


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


# -- the conversation


def test_instructions_and_the_first_system_messages_are_the_system_prompt() -> None:
    """One in the middle is told as a user's; breakpoints of the cache stay."""
    cached = TextPart(text="b", cache_control={"type": "ephemeral"})
    one = sent(
        "anthropic",
        asked(
            HAIKU,
            said("a", cached, role="developer"),
            said("hi"),
            said("d", role="system", at="/input/2"),
            instructions="i",
        ),
    )
    assert one.body["system"] == [
        {"type": "text", "text": "i"},
        {"type": "text", "text": "a"},
        {"type": "text", "text": "b", "cache_control": {"type": "ephemeral"}},
    ]
    assert one.body["messages"] == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "hi"},
                {"type": "text", "text": "<system>\nd\n</system>"},
            ],
        }
    ]
    assert one.losses[0] == ("L130", "/input/2")


def test_an_empty_message_is_left_out_and_blanks_are_no_text() -> None:
    """Anthropic refuses both."""
    messages = (said("a"), said("", at="/input/1"), said("b", TextPart(text=" \n", at="/input/2/1")))
    one = sent("anthropic", asked(HAIKU, *messages))
    assert [block["text"] for block in one.body["messages"][0]["content"]] == ["a", "b"]
    assert one.losses[:2] == [("L155", "/input/1"), ("L155", "/input/2/1")]


@pytest.mark.parametrize(
    ("part", "told", "codes"),
    [
        (TextPart(text="a", annotations=({},)), {"type": "text", "text": "a"}, ["L136"]),
        (RefusalPart(text="no"), {"type": "text", "text": "no"}, ["L137"]),
        (
            ImagePart(data=PNG, media_type="image/jpg", detail="low"),
            {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": PNG}},
            ["L132"],
        ),
        (
            ImagePart(data=PNG, extra={"cache_control": {"type": "ephemeral"}}),
            {
                "type": "image",
                "cache_control": {"type": "ephemeral"},
                "source": {"type": "base64", "media_type": "image/png", "data": PNG},
            },
            [],
        ),
        (
            ImagePart(url="https://a.b/c"),
            {"type": "image", "source": {"type": "url", "url": "https://a.b/c"}},
            [],
        ),
        (
            FilePart(data="JVBERi0=", filename="a.pdf"),
            {
                "type": "document",
                "title": "a.pdf",
                "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="},
            },
            [],
        ),
        (
            FilePart(data="aGk=", media_type="text/csv"),
            {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "hi"}},
            [],
        ),
        (
            FilePart(data=PNG, filename="a.png"),
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}},
            ["L132"],
        ),
        (
            FilePart(url="https://a.b/c.pdf"),
            {"type": "document", "source": {"type": "url", "url": "https://a.b/c.pdf"}},
            [],
        ),
    ],
    ids=str,
)
def test_parts_of_a_message(part: Part, told: dict[str, Any], codes: list[str]) -> None:
    """Each in its place."""
    one = sent("anthropic", asked(HAIKU, said(part)))
    assert one.body["messages"] == [{"role": "user", "content": [told]}]
    assert one.codes == codes


@pytest.mark.parametrize(
    ("part", "code"),
    [
        (ImagePart(file_id="file-1", at="/p"), "L156"),
        (ImagePart(data="AAAA", media_type="image/heic", at="/p"), "L145"),
        (FilePart(file_id="file-1", at="/p"), "L156"),
        (FilePart(data="AAAA", media_type="application/zip", at="/p"), "L145"),
        (FilePart(data="/w==", media_type="text/plain", at="/p"), "L145"),
        (FilePart(data="!", media_type="text/plain", at="/p"), "L145"),
        (AudioPart(data="AAAA", format="wav", at="/p"), "L133"),
        (AudioPart(id="audio-1", at="/p"), "L156"),
        (OpaquePart(dialect="chat", kind="video", value={}, at="/p"), "L146"),
    ],
    ids=str,
)
def test_parts_that_cannot_be_sent(part: Part, code: str) -> None:
    """The rest of the message is."""
    one = sent("anthropic", asked(HAIKU, said("a", part)))
    assert one.body["messages"][0]["content"] == [{"type": "text", "text": "a"}]
    assert one.losses[0] == (code, "/p")


def test_an_assistant_shows_no_pictures() -> None:
    """Only users do."""
    picture = ImagePart(data=PNG, at="/p")
    assert sent("anthropic", asked(HAIKU, said("a"), said("b", picture, role="assistant"))).losses[0] == (
        "L145",
        "/p",
    )


# -- calls, results and thoughts


def test_results_are_the_first_blocks_of_one_message() -> None:
    """In the order of the calls, before what the user says next."""
    one = sent(
        "anthropic",
        asked(
            HAIKU,
            said("hi"),
            said("so", called("call_1", "f", '{"a":1}'), called("call_2", "g"), role="assistant"),
            answered("call_2", "b", ImagePart(data=PNG), is_text=False),
            answered("call_1", "a", is_error=True),
            said("thanks"),
        ),
    )
    assert one.body["messages"][1:] == [
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "so"},
                {"type": "tool_use", "id": "call_1", "name": "f", "input": {"a": 1}},
                {"type": "tool_use", "id": "call_2", "name": "g", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "call_1", "content": "a", "is_error": True},
                {
                    "type": "tool_result",
                    "tool_use_id": "call_2",
                    "content": [
                        {"type": "text", "text": "b"},
                        {
                            "type": "image",
                            "source": {"type": "base64", "media_type": "image/png", "data": PNG},
                        },
                    ],
                },
                {"type": "text", "text": "thanks"},
            ],
        },
    ]


def test_an_empty_result_has_no_content() -> None:
    """A block without words is refused."""
    one = sent(
        "anthropic", asked(HAIKU, said("hi"), said(called(), role="assistant"), answered("call_1", ""))
    )
    assert one.body["messages"][2]["content"] == [{"type": "tool_result", "tool_use_id": "call_1"}]


def test_ids_that_anthropic_refuses_are_changed_in_calls_and_results_alike() -> None:
    """Different ones stay different."""
    first, second = "functions.f:0", "functions.f/0"
    one = sent(
        "anthropic",
        asked(
            HAIKU,
            said("hi"),
            said(called(first), called(second), role="assistant"),
            answered(first),
            answered(second),
        ),
    )
    calls = [block["id"] for block in one.body["messages"][1]["content"]]
    results = [block["tool_use_id"] for block in one.body["messages"][2]["content"]]
    assert calls == results
    assert len(set(calls)) == 2
    assert all(re.fullmatch("[a-zA-Z0-9_-]+", call) for call in calls)


@pytest.mark.parametrize(
    ("arguments", "given", "codes"),
    [
        ("", {}, []),
        ('{"a":1}', {"a": 1}, []),
        ("{", {"_raw": "{"}, ["L138"]),
        ('"a"', {"_raw": '"a"'}, ["L138"]),
    ],
)
def test_the_input_of_a_call_is_an_object(arguments: str, given: dict[str, Any], codes: list[str]) -> None:
    """What is none is an error, unless somebody wants it sent."""
    messages = (said("hi"), said(called(arguments=arguments), role="assistant"), answered())
    one = sent("anthropic", asked(HAIKU, *messages))
    assert (one.body["messages"][1]["content"][0]["input"], one.codes) == (given, codes)
    assert sent("anthropic", asked(HAIKU, *messages), manner=Manner(raw_arguments=True)).codes == []


def test_a_call_of_a_custom_tool_has_one_string() -> None:
    """As the function that stands for it."""
    call = called("call_1", "patch", "+1", kind="custom")
    one = sent("anthropic", asked(HAIKU, said("hi"), said(call, role="assistant"), answered()))
    assert one.body["messages"][1]["content"][0]["input"] == {"input": "+1"}
    assert one.codes == ["L144"]


@pytest.mark.parametrize(
    ("part", "block", "codes"),
    [
        (
            ReasoningPart(text=("a", "b"), signature="s", vendor="anthropic"),
            {"type": "thinking", "thinking": "ab", "signature": "s"},
            [],
        ),
        (
            ReasoningPart(summary=("a",), encrypted="s", vendor="anthropic"),
            {"type": "thinking", "thinking": "a", "signature": "s"},
            [],
        ),
        (
            ReasoningPart(signature="s", vendor="anthropic"),
            {"type": "thinking", "thinking": "", "signature": "s"},
            [],
        ),
        (
            ReasoningPart(encrypted="s", vendor="anthropic"),
            {"type": "redacted_thinking", "data": "s"},
            [],
        ),
        (ReasoningPart(text=("a",)), None, ["L152"]),
        (ReasoningPart(text=("a",), encrypted="s", vendor="openai"), None, ["L153", "L152"]),
        (ReasoningPart(encrypted="s", vendor="gemini"), None, ["L153"]),
    ],
    ids=str,
)
def test_thoughts_go_back_with_their_seals(part: Part, block: Any, codes: list[str]) -> None:
    """Those of others are left out."""
    one = sent("anthropic", asked(HAIKU, said("hi"), said(part, "x", role="assistant")))
    content = one.body["messages"][1]["content"]
    assert content == [*([block] if block else []), {"type": "text", "text": "x"}]
    assert one.codes == codes


def test_thoughts_stand_before_calls() -> None:
    """Also where a client sends them behind."""
    thought = ReasoningPart(text=("t",), signature="s", vendor="anthropic")
    one = sent("anthropic", asked(HAIKU, said("hi"), said(called(), thought, role="assistant"), answered()))
    assert [block["type"] for block in one.body["messages"][1]["content"]] == ["thinking", "tool_use"]


def test_the_signature_of_another_vendors_call_is_lost() -> None:
    """It is for that vendor only."""
    call = called(signature="s", vendor="gemini")
    one = sent("anthropic", asked(HAIKU, said("hi"), said(call, role="assistant"), answered()))
    assert one.losses[0] == ("L153", "/call_1")
