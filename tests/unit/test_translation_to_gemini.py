"""Each row of the mapping of requests to Gemini: what is sent, and what is lost."""

from __future__ import annotations

from typing import Any

import pytest

from harness.translation.manner import Manner
from harness.turn.conversation import (
    AudioPart,
    CallPart,
    FilePart,
    ImagePart,
    Message,
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

FLASH, PRO, THREE, THREE_FLASH = (
    "gemini-2.5-flash",
    "gemini-2.5-pro",
    "gemini-3-pro-preview",
    "gemini-3-flash-preview",
)
PNG = "iVBORw0KGgo="
F = FunctionTool(name="f", at="/tools/0")
G = FunctionTool(name="g", at="/tools/1")
SEARCH = HostedTool(kind="web_search", at="/tools/2")


def test_the_least_request_is_its_contents() -> None:
    """The model and the stream stand in the path."""
    assert sent("gemini", asked("gemini-2.5-flash", stream=True)).body == {
        "contents": [{"role": "user", "parts": [{"text": "hello"}]}]
    }


@pytest.mark.parametrize(
    ("fields", "config", "codes"),
    [
        ({"max_output_tokens": 9}, {"maxOutputTokens": 9}, []),
        ({"temperature": 1.7, "top_p": 0.5, "top_k": 3}, {"temperature": 1.7, "topP": 0.5, "topK": 3}, []),
        ({"stop": ("a", "b")}, {"stopSequences": ["a", "b"]}, []),
        ({"stop": tuple("abcdef")}, {"stopSequences": list("abcde")}, ["L105"]),
        ({"choices": 1}, None, []),
        ({"choices": 3}, {"candidateCount": 3}, []),
        ({"choices": 9}, None, ["L106"]),
        ({"seed": 7}, {"seed": 7}, []),
        ({"seed": 2**40}, None, ["L107"]),
        (
            {"frequency_penalty": 0.5, "presence_penalty": -1},
            {"frequencyPenalty": 0.5, "presencePenalty": -1},
            [],
        ),
        ({"options": {"logit_bias": {"5": 1}}}, None, ["L108"]),
        ({"options": {"logit_bias": {}}}, None, []),
        ({"logprobs": True, "top_logprobs": 4}, {"responseLogprobs": True, "logprobs": 4}, []),
        ({"logprobs": True}, {"responseLogprobs": True}, []),
        ({"logprobs": False}, None, []),
        ({"output": OutputFormat()}, None, []),
        ({"output": OutputFormat(kind="json_object")}, {"responseMimeType": "application/json"}, []),
        ({"verbosity": "low"}, None, ["L114"]),
        ({"options": {"modalities": ["text"]}}, None, []),
        (
            {"options": {"modalities": ["text", "audio"], "audio": {"voice": "Kore", "format": "wav"}}},
            {
                "responseModalities": ["TEXT", "AUDIO"],
                "speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}},
            },
            ["L125"],
        ),
        ({"options": {"modalities": "text", "audio": 3}}, None, ["L125", "L125"]),
        ({"options": {"prediction": {"type": "content", "content": "x"}}}, None, ["L125"]),
    ],
    ids=str,
)
def test_settings_of_the_generation(
    fields: dict[str, Any], config: dict[str, Any] | None, codes: list[str]
) -> None:
    """They stand in generationConfig."""
    one = sent("gemini", asked(FLASH, **fields))
    assert one.body.get("generationConfig") == config
    assert one.codes == codes


def test_stop_sequences_that_are_looked_for_here_are_not_lost() -> None:
    """The rest of them is emulated."""
    one = sent("gemini", asked(FLASH, stop=tuple("abcdef")), manner=Manner(emulate_stop=True))
    assert one.codes == []


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ({"prompt_cache_key": "k", "prompt_cache_retention": "24h"}, ["L119", "L119"]),
        ({"safety_identifier": "u", "user": "u"}, ["L120", "L120"]),
        ({"metadata": {"a": "b"}}, ["L121"]),
        ({"metadata": {}}, []),
        ({"store": True}, ["L122"]),
        ({"store": False}, []),
        ({"truncation": "auto"}, ["L123"]),
        ({"truncation": "disabled"}, []),
        ({"background": True}, ["L128"]),
        ({"background": False}, []),
        ({"previous_response_id": "r"}, ["L128"]),
        ({"conversation": "c"}, ["L128"]),
        ({"prompt": {"id": "p"}}, ["L128"]),
        ({"max_tool_calls": 1}, ["L124"]),
        ({"include": ["reasoning.encrypted_content", "message.output_text.logprobs"]}, []),
        ({"include": ["file_search_call.results", {}]}, ["L124", "L124"]),
        ({"service_tier": "scale"}, ["L118"]),
    ],
    ids=str,
)
def test_options_without_a_place_are_lost_by_their_codes(options: dict[str, Any], codes: list[str]) -> None:
    """But for values that say what happens anyway."""
    one = sent("gemini", asked(FLASH, options=options))
    assert set(one.body) == {"contents"}
    assert one.codes == codes


@pytest.mark.parametrize(
    ("tier", "told"), [("default", "standard"), ("flex", "flex"), ("priority", "priority")]
)
def test_a_service_tier_has_googles_name(tier: str, told: str) -> None:
    """`auto` needs none."""
    one = sent("gemini", asked(FLASH, options={"service_tier": tier}))
    assert (one.body["serviceTier"], one.codes) == (told, [])
    assert "serviceTier" not in sent("gemini", asked(FLASH, options={"service_tier": "auto"})).body


def test_unknown_members_are_lost_and_known_extras_are_not() -> None:
    """top_k is a field of its own; what else a profile takes is sent as it is."""
    one = sent("gemini", asked(FLASH, extra={"a/b": 1, "top_k": 2}))
    assert one.losses == [("L100", "/a~1b")]
    assert one.body["top_k"] == 2


@pytest.mark.parametrize(
    ("model", "wish", "config", "codes"),
    [
        (FLASH, ReasoningWish(effort="none"), {"thinkingBudget": 0}, []),
        (PRO, ReasoningWish(effort="none"), {"thinkingBudget": 128}, ["L115"]),
        (FLASH, ReasoningWish(effort="minimal"), {"thinkingBudget": 1024}, []),
        (FLASH, ReasoningWish(effort="low"), {"thinkingBudget": 1024}, []),
        (FLASH, ReasoningWish(effort="medium"), {"thinkingBudget": 8192}, []),
        (FLASH, ReasoningWish(effort="high"), {"thinkingBudget": 24576}, []),
        (FLASH, ReasoningWish(effort="xhigh"), {"thinkingBudget": 24576}, ["L115"]),
        (FLASH, ReasoningWish(effort="odd"), None, ["L115"]),
        (FLASH, ReasoningWish(budget=100), {"thinkingBudget": 100}, []),
        (FLASH, ReasoningWish(budget=10**6), {"thinkingBudget": 24576}, ["L115"]),
        (PRO, ReasoningWish(budget=-1), {"thinkingBudget": -1}, []),
        ("gemini-2.5-flash-lite", ReasoningWish(budget=9), {"thinkingBudget": 512}, ["L115"]),
        (FLASH, ReasoningWish(summary="auto"), {"includeThoughts": True}, []),
        (FLASH, ReasoningWish(summary="detailed"), {"includeThoughts": True}, ["L116"]),
        (THREE, ReasoningWish(effort="none"), {"thinkingLevel": "LOW"}, ["L115"]),
        (THREE_FLASH, ReasoningWish(effort="none"), {"thinkingLevel": "MINIMAL"}, ["L115"]),
        (THREE_FLASH, ReasoningWish(effort="minimal"), {"thinkingLevel": "MINIMAL"}, []),
        (THREE, ReasoningWish(effort="minimal"), {"thinkingLevel": "LOW"}, ["L115"]),
        (THREE, ReasoningWish(effort="medium"), {"thinkingLevel": "HIGH"}, ["L115"]),
        ("gemini-3.1-pro", ReasoningWish(effort="medium"), {"thinkingLevel": "MEDIUM"}, []),
        ("models/gemini-3-pro", ReasoningWish(effort="high"), {"thinkingLevel": "HIGH"}, []),
        ("gemini-flash-latest", ReasoningWish(effort="max"), {"thinkingLevel": "HIGH"}, ["L115"]),
        (THREE, ReasoningWish(budget=2000), {"thinkingBudget": 2000}, []),
        (THREE, ReasoningWish(effort="odd"), None, ["L115"]),
        (FLASH, ReasoningWish(extra={"context": "auto", "generate_summary": "auto"}), None, ["L124", "L116"]),
        ("gemini-2.0-flash", ReasoningWish(effort="high", summary="auto"), None, ["L115", "L116"]),
        ("gemini-2.0-flash", ReasoningWish(effort="none"), None, []),
        ("gemini-2.5-flash-image", ReasoningWish(effort="low"), None, ["L115"]),
        ("gemma-3-27b-it", ReasoningWish(effort="low"), None, ["L115"]),
    ],
    ids=str,
)
def test_thinking_is_set_as_the_model_takes_it(
    model: str, wish: ReasoningWish, config: dict[str, Any] | None, codes: list[str]
) -> None:
    """Budgets up to 2.5, levels from 3 on; never both."""
    one = sent("gemini", asked(model, reasoning=wish))
    assert one.body.get("generationConfig", {}).get("thinkingConfig") == config
    assert one.codes == codes


def test_a_chat_client_is_shown_thoughts_where_the_manner_says_so() -> None:
    """It has no member to ask for them."""
    one = sent("gemini", asked(FLASH, dialect="chat"), manner=Manner(reasoning="reasoning_content"))
    assert one.body["generationConfig"] == {"thinkingConfig": {"includeThoughts": True}}


# -- structured output


def test_a_schema_is_fitted_to_what_gemini_understands() -> None:
    """What it does not enforce stands in the description."""
    schema = {
        "$schema": "x",
        "type": "object",
        "properties": {
            "a": {"const": "x"},
            "b": {"type": ["string", "null"], "pattern": "p", "description": "d"},
            "c": {"$ref": "#/definitions/D", "description": "gone"},
            "e": {"oneOf": [{"const": 1}, {"const": True}]},
        },
        "additionalProperties": False,
        "definitions": {"D": {"type": "array", "items": {"type": "string", "minLength": 2}}},
    }
    one = sent("gemini", asked(FLASH, output=OutputFormat(kind="json_schema", schema=schema, at="/o")))
    assert one.body["generationConfig"] == {
        "responseMimeType": "application/json",
        "responseJsonSchema": {
            "type": "object",
            "properties": {
                "a": {"enum": ["x"], "type": "string"},
                "b": {"type": ["string", "null"], "description": 'd\n\n{"pattern":"p"}'},
                "c": {"$ref": "#/$defs/D"},
                "e": {
                    "oneOf": [
                        {"enum": [1], "type": "integer"},
                        {"type": "boolean", "description": '{"const":true}'},
                    ]
                },
            },
            "additionalProperties": False,
            "$defs": {"D": {"type": "array", "items": {"type": "string", "description": '{"minLength":2}'}}},
        },
    }
    assert one.losses == [("L112", "/o")]


def test_a_schema_that_gemini_understands_is_not_changed() -> None:
    """Its name, description and strictness have no place."""
    schema = {"type": "object", "properties": {"a": {"type": "string", "enum": ["x"]}}}
    one = sent("gemini", asked(FLASH, output=OutputFormat(kind="json_schema", schema=schema)))
    assert (one.body["generationConfig"]["responseJsonSchema"], one.codes) == (schema, [])
    named = OutputFormat(kind="json_schema", schema=schema, name="n", description="d", strict=True)
    assert sent("gemini", asked(FLASH, output=named)).codes == ["L113"]


def test_a_schema_of_any_depth_is_read() -> None:
    """Beyond what anybody writes it is sent as it is."""
    schema: dict[str, Any] = {"not": 1}
    for _ in range(2_000):
        schema = {"items": schema}
    one = sent("gemini", asked(FLASH, output=OutputFormat(kind="json_schema", schema=schema)))
    assert "responseJsonSchema" in one.body["generationConfig"]


# -- tools


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


# -- the conversation


def test_instructions_and_the_first_system_messages_are_the_system_instruction() -> None:
    """One in the middle is told as a user's."""
    one = sent(
        "gemini",
        asked(
            FLASH,
            said("a", role="system"),
            said("b", "c", role="developer"),
            said("hi"),
            said("d", role="system", at="/input/3"),
            instructions="i",
        ),
    )
    assert one.body["systemInstruction"] == {"parts": [{"text": text} for text in "iabc"]}
    assert one.body["contents"] == [
        {"role": "user", "parts": [{"text": "hi"}, {"text": "<system>\nd\n</system>"}]}
    ]
    assert one.losses == [("L130", "/input/3")]


def test_a_conversation_of_system_messages_has_one_content() -> None:
    """Gemini wants at least one."""
    one = sent("gemini", asked(FLASH, said("a", role="system"), said("b", role="system")))
    assert one.body["systemInstruction"] == {"parts": [{"text": "a"}]}
    assert one.body["contents"] == [{"role": "user", "parts": [{"text": "<system>\nb\n</system>"}]}]


def test_messages_of_one_role_are_one_content() -> None:
    """And an empty one is left out."""
    one = sent(
        "gemini", asked(FLASH, said("a"), said("", at="/input/1"), said("b"), said("c", role="assistant"))
    )
    assert one.body["contents"] == [
        {"role": "user", "parts": [{"text": "a"}, {"text": "b"}]},
        {"role": "model", "parts": [{"text": "c"}]},
    ]
    assert one.losses == [("L155", "/input/1")]


def test_members_of_a_message_are_lost_by_their_codes() -> None:
    """Its name, its phase, and what nobody knows."""
    message = Message(
        role="assistant", parts=(TextPart(text="a"),), name="n", phase="p", extra={"x": 1}, at="/input/0"
    )
    assert sent("gemini", asked(FLASH, message)).losses == [
        ("L154", "/input/0/name"),
        ("L135", "/input/0/phase"),
        ("L100", "/input/0/x"),
    ]


@pytest.mark.parametrize(
    ("part", "told", "codes"),
    [
        (TextPart(text="a", annotations=({},)), {"text": "a"}, ["L136"]),
        (TextPart(text="a", logprobs=({},)), {"text": "a"}, ["L136"]),
        (TextPart(text="a", cache_control={"type": "ephemeral"}), {"text": "a"}, ["L119"]),
        (TextPart(text="a", extra={"x": 1}), {"text": "a"}, ["L100"]),
        (RefusalPart(text="no"), {"text": "no"}, ["L137"]),
        (
            ImagePart(data=PNG, media_type="image/webp", detail="auto"),
            {"inlineData": {"mimeType": "image/webp", "data": PNG}},
            [],
        ),
        (
            ImagePart(data=PNG, detail="high"),
            {"inlineData": {"mimeType": "image/png", "data": PNG}},
            ["L132"],
        ),
        (
            ImagePart(url="https://a.b/c.jpg?d"),
            {"fileData": {"fileUri": "https://a.b/c.jpg?d", "mimeType": "image/jpeg"}},
            [],
        ),
        (ImagePart(url="https://a.b/c"), {"fileData": {"fileUri": "https://a.b/c"}}, []),
        (AudioPart(data="aGk=", format="mp3"), {"inlineData": {"mimeType": "audio/mp3", "data": "aGk="}}, []),
        (
            FilePart(data="JVBERi0=", filename="x.pdf"),
            {"inlineData": {"mimeType": "application/pdf", "data": "JVBERi0="}},
            ["L132"],
        ),
        (
            FilePart(url="https://a.b/c.pdf"),
            {"fileData": {"fileUri": "https://a.b/c.pdf", "mimeType": "application/pdf"}},
            [],
        ),
    ],
    ids=str,
)
def test_parts_of_a_message(part: Part, told: dict[str, Any], codes: list[str]) -> None:
    """Each in its place."""
    one = sent("gemini", asked(FLASH, said(part)))
    assert one.body["contents"] == [{"role": "user", "parts": [told]}]
    assert one.codes == codes


@pytest.mark.parametrize(
    ("part", "code"),
    [
        (ImagePart(file_id="file-1", at="/p"), "L156"),
        (FilePart(file_id="file-1", at="/p"), "L156"),
        (AudioPart(id="audio-1", at="/p"), "L156"),
        (OpaquePart(dialect="chat", kind="video", value={}, at="/p"), "L146"),
        (OpaquePart(dialect="responses", kind="item_reference", value={}, at="/p"), "L147"),
    ],
    ids=str,
)
def test_parts_that_cannot_be_sent(part: Part, code: str) -> None:
    """The rest of the message is."""
    one = sent("gemini", asked(FLASH, said("a", part)))
    assert one.body["contents"] == [{"role": "user", "parts": [{"text": "a"}]}]
    assert one.losses == [(code, "/p")]


@pytest.mark.parametrize(
    ("model", "url", "codes"),
    [
        (FLASH, "https://a.b/c.png", []),
        ("gemini-2.0-flash", "https://a.b/c.png", ["L131"]),
        ("unknown", "https://a.b/c.png", ["L131"]),
        ("gemini-2.0-flash", "https://www.youtube.com/watch?v=1", []),
        ("gemini-2.0-flash", "gs://bucket/c.png", []),
        ("gemini-2.0-flash", "https://[", ["L131"]),
    ],
)
def test_a_url_is_a_loss_where_the_model_may_not_fetch_it(model: str, url: str, codes: list[str]) -> None:
    """It is sent all the same."""
    one = sent("gemini", asked(model, said(ImagePart(url=url))))
    assert one.body["contents"][0]["parts"][0]["fileData"]["fileUri"] == url
    assert one.codes == codes


# -- calls and results


def turn(*parts: Part, model: str = FLASH, client: str = "chat") -> list[dict[str, Any]]:
    """The parts of the model's content that an assistant's message becomes."""
    results = [answered(part.call_id, "r") for part in parts if isinstance(part, CallPart)]
    request = asked(model, said("hi"), said(*parts, role="assistant"), *results, dialect=client)
    body = sent("gemini", request).body
    (content,) = [one for one in body["contents"] if one["role"] == "model"]
    parts_sent: list[dict[str, Any]] = content["parts"]
    return parts_sent


def test_a_result_has_the_name_of_the_function_and_never_the_id_of_the_call() -> None:
    """The name is looked up by the id (the defect 001-D28)."""
    one = sent(
        "gemini",
        asked(
            FLASH,
            said("hi"),
            said(called("call_1", "f"), called("call_2", "g", namespace="n"), role="assistant"),
            answered("call_2", "b"),
            answered("call_1", "a"),
            said("thanks"),
        ),
    )
    assert one.body["contents"][2] == {
        "role": "user",
        "parts": [
            {"functionResponse": {"id": "call_1", "name": "f", "response": {"result": "a"}}},
            {"functionResponse": {"id": "call_2", "name": "n__g", "response": {"result": "b"}}},
            {"text": "thanks"},
        ],
    }


@pytest.mark.parametrize(
    ("parts", "fields", "response"),
    [
        (('{"a":1}',), {}, {"a": 1}),
        (("[1]",), {}, {"result": "[1]"}),
        (("sunny",), {}, {"result": "sunny"}),
        ((), {}, {"result": ""}),
        (("a", "b"), {"is_text": False}, {"result": ["a", "b"]}),
        (("broken",), {"is_error": True}, {"error": "broken"}),
        (('{"a":1}',), {"is_error": True}, {"error": {"a": 1}}),
    ],
    ids=str,
)
def test_what_a_function_answers_is_an_object(
    parts: tuple[str, ...], fields: dict[str, Any], response: dict[str, Any]
) -> None:
    """An object as it is, all else under a name."""
    one = sent(
        "gemini",
        asked(FLASH, said("hi"), said(called(), role="assistant"), answered("call_1", *parts, **fields)),
    )
    (part,) = one.body["contents"][2]["parts"]
    assert part["functionResponse"]["response"] == response


def test_a_picture_in_a_result_stays_there_from_gemini_3_on() -> None:
    """Before, it follows all results of the turn."""
    messages = (
        said("hi"),
        said(called("call_1"), called("call_2"), role="assistant"),
        answered("call_1", "see", ImagePart(data=PNG)),
        answered("call_2", "b"),
        said("thanks"),
    )
    picture = {"inlineData": {"mimeType": "image/png", "data": PNG}}
    new = sent("gemini", asked(THREE, *messages))
    assert new.body["contents"][2]["parts"][0]["functionResponse"]["parts"] == [picture]
    old = sent("gemini", asked(FLASH, *messages))
    parts = old.body["contents"][2]["parts"]
    assert [next(iter(part)) for part in parts] == ["functionResponse"] * 2 + ["text", "inlineData", "text"]
    assert parts[3:] == [picture, {"text": "thanks"}]
    assert old.codes == ["L143"]


@pytest.mark.parametrize(
    ("arguments", "args", "codes"),
    [
        ('{"a":[1]}', {"a": [1]}, []),
        ("", {}, []),
        (" \n", {}, []),
        ('{"a":', {"_raw": '{"a":'}, ["L138"]),
        ("[]", {"_raw": "[]"}, ["L138"]),
        ("null", {"_raw": "null"}, ["L138"]),
        ('{"a":NaN}', {"_raw": '{"a":NaN}'}, ["L138"]),
        ("[" * 100_000, {"_raw": "[" * 100_000}, ["L138"]),
    ],
    ids=lambda value: str(value)[:20],
)
def test_arguments_are_an_object(arguments: str, args: dict[str, Any], codes: list[str]) -> None:
    """What is none is an error, unless somebody wants it sent."""
    messages = (said("hi"), said(called(arguments=arguments), role="assistant"), answered("call_1", "r"))
    one = sent("gemini", asked(FLASH, *messages))
    assert one.body["contents"][1]["parts"][0]["functionCall"]["args"] == args
    assert one.codes == codes
    assert sent("gemini", asked(FLASH, *messages), manner=Manner(raw_arguments=True)).codes == []


def test_a_call_of_a_custom_tool_has_one_string() -> None:
    """As the function that stands for it."""
    (part,) = turn(called("call_1", "patch", "+1\n", kind="custom"))
    assert part["functionCall"] == {"id": "call_1", "name": "patch", "args": {"input": "+1\n"}}


@pytest.mark.parametrize(
    ("parts", "signatures"),
    [
        ((called("1", signature="s", vendor="gemini"),), ["s"]),
        ((called("1"), called("2")), ["skip_thought_signature_validator", None]),
        ((called("1", signature="s", vendor="openai"),), ["skip_thought_signature_validator"]),
        ((ReasoningPart(encrypted="s", vendor="gemini"), called("1")), ["s"]),
        ((called("1"), ReasoningPart(encrypted="s", vendor="gemini"), called("2")), ["s", None]),
        (
            (ReasoningPart(summary=("t",), signature="s", vendor="gemini"), called("1"), called("2")),
            [None, "s", None],
        ),
        ((ReasoningPart(encrypted="s", vendor="gemini"), TextPart(text="a")), ["s", None]),
        ((ReasoningPart(text=("t",), signature="s", vendor="gemini"), TextPart(text="a")), ["s", None]),
        ((ReasoningPart(text=("t",), signature="s", vendor="anthropic"), TextPart(text="a")), [None, None]),
    ],
    ids=str,
)
def test_thought_signatures_go_back_where_they_came_from(
    parts: tuple[Part, ...], signatures: list[str | None]
) -> None:
    """A call that Gemini did not sign says so; of parallel calls only the first is signed."""
    assert [part.get("thoughtSignature") for part in turn(*parts, model=THREE)] == signatures


def test_a_seal_that_a_client_of_responses_sends_back_is_of_what_it_came_with() -> None:
    """What it belongs to was said when it was wrapped, so nothing is guessed."""
    thought = ReasoningPart(summary=("t",), signature="s", vendor="gemini")
    parts = turn(thought, called("1"), model=THREE, client="responses")
    assert [part.get("thoughtSignature") for part in parts] == ["s", "skip_thought_signature_validator"]


def test_models_before_3_want_no_signature() -> None:
    """They are sent those that there are."""
    assert "thoughtSignature" not in turn(called())[0]
    assert turn(called(signature="s", vendor="gemini"))[0]["thoughtSignature"] == "s"


def test_thoughts_are_told_as_thoughts_and_foreign_seals_are_lost() -> None:
    """Whoever thought them."""
    thought = ReasoningPart(text=("a", "b"), summary=("c",), encrypted="x", vendor="openai", at="/r")
    one = sent("gemini", asked(FLASH, said("hi"), said(thought, "d", role="assistant")))
    assert one.body["contents"][1]["parts"] == [
        {"text": "c", "thought": True},
        {"text": "a", "thought": True},
        {"text": "b", "thought": True},
        {"text": "d"},
    ]
    assert one.losses == [("L153", "/r")]
