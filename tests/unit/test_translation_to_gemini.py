"""Each row of the mapping of requests to Gemini: what is sent, and what is lost."""

from __future__ import annotations

from typing import Any

import pytest

from harness.translation.manner import Manner
from harness.turn.conversation import (
    OutputFormat,
    ReasoningWish,
)
from tests.foreign_requests import asked, sent
from tests.gemini_requests import FLASH, PRO, THREE, THREE_FLASH


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
