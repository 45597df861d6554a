"""Each way in which a request suffers on its way upstream is found by the rule that is about it, and by no other."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from harness.checking.exchanges import judge
from harness.findings import Severity
from harness.rules.example import parse_example
from tests.fidelity import CHAT, FULL, ROUTES, found, plain, sent

if TYPE_CHECKING:
    from harness.translation.engine import InboundDialect
    from harness.translation.profiles import UpstreamDialect

TEXT, ORDER, SPEAKER, TOOL, SCHEMA, DESCRIPTION, CHOICE, PARALLEL, CALL, RESULT, UNTIED, MEDIA, SAMPLING, LIMIT = (
    f"XLAT-REQ-{number:03}" for number in range(2, 16)
)  # fmt: skip

MUTANTS: dict[str, tuple[str, list[tuple[str, str, Any]]]] = {
    "the system prompt is lost": (
        TEXT,
        [
            ("chat", "messages.0", None),
            ("responses", "input.0", None),
            ("gemini", "systemInstruction", None),
            ("anthropic", "system", None),
        ],
    ),
    "the user says something else": (
        TEXT,
        [
            ("chat", "messages.1.content", "How cold is it in Oslo?"),
            ("responses", "input.1.content", "How cold is it in Oslo?"),
            ("gemini", "contents.0.parts.0.text", "How cold is it in Oslo?"),
            ("anthropic", "messages.0.content.0.text", "How cold is it in Oslo?"),
        ],
    ),
    "the assistant's words become the user's": (
        SPEAKER,
        [("chat", "messages.2.role", "user")],
    ),
    "a tool is lost": (
        TOOL,
        [
            ("chat", "tools.1", None),
            ("responses", "tools.1", None),
            ("gemini", "tools.0.functionDeclarations.1", None),
            ("anthropic", "tools.1", None),
        ],
    ),
    "a tool has another name": (
        TOOL,
        [
            ("chat", "tools.1.function.name", "time"),
            ("responses", "tools.1.name", "time"),
            ("gemini", "tools.0.functionDeclarations.1.name", "time"),
            ("anthropic", "tools.1.name", "time"),
        ],
    ),
    "a property is lost": (
        SCHEMA,
        [
            ("chat", "tools.0.function.parameters.properties.city", None),
            ("responses", "tools.0.parameters.properties.city", None),
            ("gemini", "tools.0.functionDeclarations.0.parametersJsonSchema.properties.city", None),
            ("anthropic", "tools.0.input_schema.properties.city", None),
        ],
    ),
    "a property has another type": (
        SCHEMA,
        [
            ("chat", "tools.0.function.parameters.properties.days.type", "string"),
            ("responses", "tools.0.parameters.properties.days.type", "string"),
            ("gemini", "tools.0.functionDeclarations.0.parametersJsonSchema.properties.days.type", "STRING"),
            ("anthropic", "tools.0.input_schema.properties.days.type", "string"),
        ],
    ),
    "a property is no longer required": (
        SCHEMA,
        [("chat", "tools.0.function.parameters.required", ["city"])],
    ),
    "a value is lost": (
        SCHEMA,
        [("anthropic", "tools.0.input_schema.properties.units.enum", ["kelvin"])],
    ),
    "what a reference refers to is lost": (
        SCHEMA,
        [("anthropic", "tools.0.input_schema.$defs", None)],
    ),
    "a description is lost": (
        DESCRIPTION,
        [
            ("chat", "tools.0.function.description", None),
            ("gemini", "tools.0.functionDeclarations.0.description", "A tool."),
        ],
    ),
    "a call is no longer forced": (
        CHOICE,
        [
            ("chat", "tool_choice", "auto"),
            ("responses", "tool_choice", None),
            ("gemini", "toolConfig.functionCallingConfig.mode", "AUTO"),
            ("anthropic", "tool_choice.type", "auto"),
        ],
    ),
    "parallel calls are allowed": (
        PARALLEL,
        [
            ("chat", "parallel_tool_calls", True),
            ("responses", "parallel_tool_calls", None),
            ("anthropic", "tool_choice.disable_parallel_tool_use", None),
        ],
    ),
    "a call has other arguments": (
        CALL,
        [
            ("chat", "messages.2.tool_calls.0.function.arguments", "{}"),
            ("gemini", "contents.1.parts.1.functionCall.args", None),
            ("anthropic", "messages.1.content.1.input.city", "Bergen"),
        ],
    ),
    "a result says something else": (
        RESULT,
        [
            ("chat", "messages.3.content", "12 degrees"),
            ("anthropic", "messages.2.content.0.content", "12 degrees"),
        ],
    ),
    "a result belongs to no call": (
        UNTIED,
        [
            ("chat", "messages.3.tool_call_id", "fc_1"),
            ("anthropic", "messages.2.content.0.tool_use_id", "fc_1"),
            ("gemini", "contents.2.parts.0.functionResponse.name", "weather"),
        ],
    ),
    "a picture is lost": (
        MEDIA,
        [
            ("chat", "messages.5.content.1", None),
            ("gemini", "contents.2.parts.3", None),
            ("anthropic", "messages.2.content.3", None),
        ],
    ),
    "a picture is of another type": (
        MEDIA,
        [("anthropic", "messages.2.content.3.source.media_type", "image/webp")],
    ),
    "the temperature is lost": (
        SAMPLING,
        [
            ("chat", "temperature", None),
            ("responses", "temperature", None),
            ("gemini", "generationConfig.temperature", None),
            ("anthropic", "temperature", None),
        ],
    ),
    "the limit is another": (
        LIMIT,
        [
            ("chat", "max_completion_tokens", 4096),
            ("responses", "max_output_tokens", None),
            ("gemini", "generationConfig.maxOutputTokens", None),
            ("anthropic", "max_tokens", 4096),
        ],
    ),
}
"""What is changed in what the engine sends for Chat's full request: the rule that finds it, and the place by dialect.

None takes the member or element away.
"""

CASES = [
    pytest.param(rule, upstream, path, value, id=f"{name} ({upstream})")
    for name, (rule, changes) in MUTANTS.items()
    for upstream, path, value in changes
]


def changed(body: Any, path: str, value: Any) -> Any:
    """A copy of the request with one place changed; None takes it away."""
    copied = copy.deepcopy(body)
    parent = copied
    *parents, last = [int(one) if one.isdecimal() else one for one in path.split(".")]
    for key in parents:
        parent = parent[key]
    if value is None:
        del parent[last]
    else:
        parent[last] = value
    return copied


@pytest.mark.parametrize(("inbound", "upstream"), ROUTES)
def test_what_the_engine_sends_is_what_was_asked(inbound: InboundDialect, upstream: UpstreamDialect) -> None:
    """In whatever the four dialects call things."""
    body = FULL[inbound]

    assert found(inbound, body, upstream, sent(inbound, body, upstream)) == []


@pytest.mark.parametrize(("rule", "upstream", "path", "value"), CASES)
def test_a_mutant_of_a_request_is_killed_by_its_rule(
    rule: str, upstream: UpstreamDialect, path: str, value: Any
) -> None:
    """And by no other, so that a gateway's maintainer reads of one cause once."""
    told = changed(sent("chat", CHAT, upstream), path, value)

    assert [one.rule for one in found("chat", CHAT, upstream, told)] == [rule]


def test_turns_in_another_order_are_told_from_turns_that_are_lost() -> None:
    """All texts are there; the question stands before what it follows."""
    body = plain("chat")
    body["messages"] = [{"role": "user", "content": "One."}, {"role": "user", "content": "Two."}]
    told = {"messages": body["messages"][::-1]}

    assert [one.rule for one in found("chat", body, "anthropic", told)] == [ORDER]


def test_a_text_that_is_said_twice_must_arrive_twice() -> None:
    """One of two equal messages is lost, not moved."""
    body = plain("chat")
    body["messages"] = [{"role": "user", "content": "Go on."}, {"role": "user", "content": "Go on."}]

    assert [
        one.rule for one in found("chat", body, "chat", plain("chat", messages=body["messages"][:1]))
    ] == [TEXT]


@pytest.mark.parametrize(
    ("asked", "upstream", "told"),
    [
        pytest.param(
            {"tools": [{"type": "function", "function": {"name": "wetter.für-heute"}}]},
            "anthropic",
            {"tools": [{"name": "wetter_f_r-heute", "input_schema": {}}]},
            id="a name with characters that not every protocol takes",
        ),
        pytest.param(
            {"tools": [{"type": "function", "function": {"name": "f"}}], "tool_choice": "none"},
            "gemini",
            {},
            id="no tools where none may be called",
        ),
        pytest.param({"temperature": 1.5}, "anthropic", {"temperature": 1}, id="the highest temperature"),
        pytest.param(
            {"temperature": 0.5}, "anthropic", {"model": "claude-opus-5-1"}, id="a model that takes no temperature"
        ),
        pytest.param({"seed": 3, "n": 2, "stop": ["a"]}, "responses", {}, id="what Responses has no word for"),
        pytest.param({"logprobs": True, "seed": 3}, "anthropic", {}, id="what Anthropic has no word for"),
        pytest.param({"parallel_tool_calls": False}, "gemini", {}, id="no tools, and so no parallel calls"),
        pytest.param({"max_tokens": 5}, "responses", {"max_output_tokens": 16}, id="the lowest limit"),
        pytest.param({"presence_penalty": 0}, "gemini", {}, id="a penalty of nothing"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_not_asked_for(
    asked: dict[str, Any], upstream: str, told: dict[str, Any]
) -> None:
    """A protocol without a word for something loses it, and no gateway can help that."""
    dialects: dict[str, dict[str, Any]] = {
        "chat": {"messages": [{"role": "user", "content": "Hello."}]},
        "responses": {"input": "Hello."},
        "gemini": {"contents": [{"parts": [{"text": "Hello."}]}]},
        "anthropic": {"messages": [{"role": "user", "content": "Hello."}]},
    }
    said = dialects[upstream]

    rules = [one.rule for one in found("chat", plain("chat", **asked), upstream, {**said, **told})]

    assert [one for one in rules if not ("n" in asked and one == "XLAT-REQ-017")] == []


@pytest.mark.parametrize("choice", ["required", {"type": "function", "function": {"name": "f"}}])
@pytest.mark.parametrize("kept", [{}, {"tool_choice": "required"}])
def test_a_choice_among_tools_that_are_lost_is_no_second_fault(choice: Any, kept: dict[str, Any]) -> None:
    """Whether the choice went with them or not: there is nothing to choose."""
    tools = [{"type": "function", "function": {"name": "f"}}]

    told = found("chat", plain("chat", tools=tools, tool_choice=choice), "chat", plain("chat", **kept))

    assert [one.rule for one in told] == [TOOL]


def test_a_named_choice_is_told_whether_its_tool_is_or_not() -> None:
    """The tool is what is lost."""
    tools = [{"type": "function", "function": {"name": name}} for name in ("f", "g")]
    body = plain("chat", tools=tools, tool_choice={"type": "function", "function": {"name": "f"}})

    told = found("chat", body, "chat", {**body, "tools": tools[1:]})

    assert [one.rule for one in told] == [TOOL]


def test_keywords_that_every_schema_of_openai_has_are_worth_a_warning() -> None:
    """The model may write what the client does not take, but knows the names and types."""
    schema = {"type": "object", "properties": {"city": {"type": "string", "pattern": "^[A-Z]"}}}
    tool = {"type": "function", "name": "f", "parameters": schema}
    bare = {"type": "object", "properties": {"city": {"type": "string"}}}
    body = plain("responses", tools=[tool])

    told = found("responses", body, "responses", plain("responses", tools=[{**tool, "parameters": bare}]))

    assert [(one.rule, one.severity) for one in told] == [(SCHEMA, Severity.WARNING)]
    assert "pattern" in told[0].message


def test_schemas_that_refer_to_themselves_are_compared_to_an_end() -> None:
    """A tree of trees has no last leaf."""
    tree = {
        "$ref": "#/$defs/tree",
        "$defs": {
            "tree": {
                "type": "object",
                "properties": {"left": {"$ref": "#/$defs/tree"}, "right": {"$ref": "#/$defs/tree"}},
            }
        },
    }
    body = plain("chat", tools=[{"type": "function", "function": {"name": "f", "parameters": tree}}])

    assert found("chat", body, "chat", body) == []


def test_a_request_that_is_not_of_its_answers_dialect_is_not_judged() -> None:
    """A server may answer as Chat does and be asked in words of its own."""
    assert found("chat", CHAT, "chat", {"prompt": "How warm is it in Oslo?"}) == []


@pytest.mark.parametrize("value", [None, 7, "x", [], {}, [None], [[]], {"type": []}, [{"type": {}}]])
def test_requests_of_any_shape_are_read(value: Any) -> None:
    """What has no right shape is refused by the upstream; here it only must not end in a traceback."""
    names = {
        *(
            "messages",
            "input",
            "contents",
            "system",
            "systemInstruction",
            "tools",
            "tool_choice",
            "toolConfig",
        ),
        *(
            "response_format",
            "text",
            "generationConfig",
            "stop",
            "include",
            "reasoning",
            "thinking",
            "functions",
        ),
        *("stop_sequences", "output_config", "instructions", "parallel_tool_calls", "n", "temperature"),
    }
    odd = dict.fromkeys(names, value)
    inner = {
        "messages": [{"role": "user", "content": value, "tool_calls": value}],
        "input": [{"content": value}],
    }

    for inbound, upstream in ROUTES:
        for one in (odd, inner, {"contents": [{"parts": value}], "tools": [{"function": value}]}):
            for finding in found(inbound, FULL[inbound], upstream, one) + found(inbound, one, upstream, one):
                assert finding.message.endswith(".")


def test_a_request_is_judged_where_upstream_failed() -> None:
    """What was lost may be why it did."""
    example = parse_example(
        'request: {"model":"m","messages":[{"role":"user","content":"Hello."}],"temperature":0}\n'
        "status: 400\nheader: content-type: application/json\nbody:\n"
        '{"error":{"message":"No.","type":"invalid_request_error","param":null,"code":null}}\n'
        '--- upstream\nrequest: {"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hello."}]}\n'
        "dialect: anthropic\nstatus: 400\nheader: content-type: application/json\nbody:\n"
        '{"type":"error","error":{"type":"invalid_request_error","message":"No."}}'
    )
    assert example.upstream is not None

    verdict = judge(example.exchange, upstream=example.upstream.exchange)

    assert [(one.rule, one.where.part) for one in verdict.findings] == [(SAMPLING, "request")]
