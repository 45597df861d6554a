"""What is sent to Google and Anthropic is what their own SDKs would send: their types take it, and drop nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.turn.conversation import (
    AudioPart,
    FilePart,
    ImagePart,
    OutputFormat,
    ReasoningPart,
    ReasoningWish,
)
from harness.turn.tools import CustomTool, FunctionTool, HostedTool, ToolChoice
from tests.foreign_requests import answered, asked, called, said, sent
from tests.typed_dicts import misfit

if TYPE_CHECKING:
    from harness.turn.conversation import Request

pytestmark = pytest.mark.sdk

PNG = "iVBORw0KGgo="
SCHEMA = {"type": "object", "properties": {"a": {"const": "x"}}, "required": ["a"]}

CONVERSATION = (
    said("be brief", role="system"),
    said(
        "look",
        ImagePart(data=PNG, media_type="image/png"),
        ImagePart(url="https://example.com/a.png"),
        FilePart(data="JVBERi0=", filename="a.pdf"),
        FilePart(data="aGk=", media_type="text/plain"),
        FilePart(url="https://example.com/a.pdf"),
    ),
    said(
        ReasoningPart(text=("hm",), signature="c2ln", vendor="anthropic"),
        ReasoningPart(encrypted="c2ln", vendor="anthropic"),
        ReasoningPart(summary=("ha",), encrypted="c2ln", vendor="gemini"),
        "calling",
        called("call_1", "f", '{"a":1}'),
        called("call_2", "patch", "+1", kind="custom"),
        role="assistant",
    ),
    answered("call_1", "sunny", ImagePart(data=PNG, media_type="image/png"), is_error=True),
    answered("call_2", '{"ok":true}'),
    said("careful", role="developer"),
    said("go on"),
)
TOOLS = (
    FunctionTool(name="f", description="d", parameters=SCHEMA, strict=True),
    FunctionTool(name="g", namespace="n"),
    CustomTool(name="patch", format={"type": "grammar", "syntax": "lark", "definition": "start: A"}),
    HostedTool(
        kind="web_search",
        value={
            "user_location": {"type": "approximate", "city": "Paris"},
            "filters": {"allowed_domains": ["a.b"]},
        },
    ),
    HostedTool(kind="code_interpreter"),
)
FULL: dict[str, Any] = {
    "instructions": "obey",
    "tools": TOOLS,
    "max_output_tokens": 5_000,
    "temperature": 0.5,
    "stop": ("END", "\n"),
    "output": OutputFormat(kind="json_schema", name="x", schema=SCHEMA, strict=True),
    "parallel_tool_calls": False,
    "stream": True,
    "options": {"service_tier": "default", "user": "u-1", "prompt_cache_key": "k", "store": False},
}
REQUESTS: dict[str, dict[str, Any]] = {
    "short": {},
    "full": {"messages": CONVERSATION, **FULL},
    "thinking": {"reasoning": ReasoningWish(effort="high", summary="auto"), "top_p": 0.97},
    "thinking and tools": {"messages": CONVERSATION, **FULL, "reasoning": ReasoningWish(effort="medium")},
    "no thinking": {"reasoning": ReasoningWish(effort="none")},
    "forced": {"tools": TOOLS, "tool_choice": ToolChoice(mode="named", name="f")},
    "allowed": {
        "tools": TOOLS,
        "tool_choice": ToolChoice(mode="allowed", names=({"type": "function", "name": "f"},)),
    },
    "hosted": {"tools": TOOLS, "tool_choice": ToolChoice(mode="hosted", name="web_search")},
    "required": {"tools": TOOLS, "tool_choice": ToolChoice(mode="required")},
    "none": {"tools": TOOLS, "tool_choice": ToolChoice(mode="none"), "parallel_tool_calls": False},
    "json": {"output": OutputFormat(kind="json_object")},
    "schema": {"output": OutputFormat(kind="json_schema", name="x", schema=SCHEMA)},
    "sampling": {
        "top_k": 3,
        "seed": 4,
        "frequency_penalty": 0.5,
        "presence_penalty": 0.5,
        "choices": 2,
        "logprobs": True,
        "top_logprobs": 2,
        "temperature": 1.5,
    },
    "sound": {
        "messages": (said("hear", AudioPart(data="aGk=", format="mp3")),),
        "options": {"modalities": ["text", "audio"], "audio": {"voice": "Kore", "format": "wav"}},
    },
}
SAMPLING = ("temperature", "top_p", "top_k")
GEMINI = ("gemini-2.0-flash", "gemini-2.5-flash", "gemini-2.5-pro", "gemini-3-pro-preview", "gemini-3-flash")
CLAUDE = (
    *("claude-3-5-haiku-latest", "claude-sonnet-4-0", "claude-haiku-4-5", "claude-opus-4-6"),
    *("claude-opus-4-8", "claude-sonnet-5", "claude-sonnet-5-5", "claude-fable-5", "not-claude"),
)


def request_of(name: str, model: str) -> Request:
    """One of the requests, for that model."""
    wanted = dict(REQUESTS[name])
    return asked(model, *wanted.pop("messages", ()), **wanted)


@pytest.mark.parametrize("model", GEMINI)
@pytest.mark.parametrize("name", REQUESTS)
def test_google_knows_every_member(name: str, model: str) -> None:
    """Its types forbid members that they do not know."""
    types = pytest.importorskip("google.genai.types", reason="nox -s clients installs the SDK of Google")
    body = sent("gemini", request_of(name, model)).body
    members: dict[str, Any] = {
        "contents": types.Content,
        "systemInstruction": types.Content,
        "tools": types.Tool,
        "toolConfig": types.ToolConfig,
        "generationConfig": types.GenerationConfig,
    }
    for member, value in body.items():
        if member == "serviceTier":
            assert value in {tier.value for tier in types.ServiceTier}
            continue
        for one in value if isinstance(value, list) else [value]:
            read = members[member].model_validate(one)
            told = read.model_dump(mode="json", by_alias=True, exclude_none=True)
            assert told == one or "thoughtSignature" in str(one) or "inlineData" in str(one)


@pytest.mark.parametrize("model", CLAUDE)
@pytest.mark.parametrize("name", REQUESTS)
def test_anthropic_knows_every_member(name: str, model: str) -> None:
    """Its types are checked strictly: no member beside those that they know."""
    params = pytest.importorskip(
        "anthropic.types.message_create_params", reason="nox -s clients installs the SDK of Anthropic"
    )
    body = sent("anthropic", request_of(name, model)).body
    for member in SAMPLING:
        # The types of today leave these out, as the newest models refuse them; models that take them still do.
        body.pop(member, None)
    assert misfit(body, params.MessageCreateParams) is None


def test_the_check_sees_what_anthropic_does_not_know() -> None:
    """A test that cannot fail would prove nothing."""
    params = pytest.importorskip(
        "anthropic.types.message_create_params", reason="nox -s clients installs the SDK of Anthropic"
    )
    body = sent("anthropic", request_of("none", "claude-haiku-4-5")).body
    assert misfit(body, params.MessageCreateParams) is None
    assert misfit({**body, "n": 1}, params.MessageCreateParams)
    del body["messages"][0]["content"][0]["type"]
    assert misfit(body, params.MessageCreateParams)
