"""A request of Gemini, read for comparison (`models.generateContent`, types of the package google-genai 3.4.0)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from harness.rules.translation.requests_reading import (
    Choice,
    DeclaredTool,
    Format,
    Heard,
    Medium,
    PastCall,
    PastResult,
    Words,
    listed,
    mapped,
    objects,
    said,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.rules.translation.requests_reading import Piece, Speaker

_WISHES: Final = (
    ("temperature", "temperature"),
    ("top_p", "topP"),
    ("seed", "seed"),
    ("frequency_penalty", "frequencyPenalty"),
    ("presence_penalty", "presencePenalty"),
    ("limit", "maxOutputTokens"),
    ("choices", "candidateCount"),
    ("logprobs", "responseLogprobs"),
    ("top_logprobs", "logprobs"),
)


def heard_gemini(body: Mapping[str, Any]) -> Heard:
    """Read it."""
    config = mapped(_member(body, "generationConfig"))
    wishes = {name: value for name, wire in _WISHES if (value := _member(config, wire)) is not None}
    if stops := listed(_member(config, "stopSequences")):
        wishes["stops"] = stops
    return Heard(
        dialect="gemini",
        pieces=tuple(_conversation(body)),
        tools=tuple(_tools(body)),
        choice=_choice(body),
        wishes=wishes,
        format=_format(config),
        thinks=_thinks(config),
    )


def _thinks(config: Mapping[str, Any]) -> bool:
    thinking = mapped(_member(config, "thinkingConfig"))
    budget = _member(thinking, "thinkingBudget")
    return bool(budget) or (budget is None and bool(_member(thinking, "thinkingLevel")))


def _member(value: Mapping[str, Any], name: str) -> Any:
    """A member under its name, which the API takes in either of two spellings."""
    if name in value:
        return value[name]
    return value.get(re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", name))


def _conversation(body: Mapping[str, Any]) -> Iterator[Piece]:
    for part in _parts(_member(body, "systemInstruction")):
        yield from _part(part, "system")
    for content in objects(body.get("contents")):
        for part in _parts(content):
            yield from _part(part, "assistant" if content.get("role") == "model" else "user")


def _parts(content: object) -> list[Mapping[str, Any]]:
    if isinstance(content, str):
        return [{"text": content}]
    parts = mapped(content).get("parts")
    return [parts] if isinstance(parts, dict) else objects(parts)


def _part(part: Mapping[str, Any], speaker: Speaker) -> Iterator[Piece]:
    if part.get("thought") is not True and isinstance(text := part.get("text"), str):
        yield Words(speaker=speaker, text=text)
    if call := mapped(_member(part, "functionCall")):
        yield PastCall(
            id=said(call.get("id")), name=text_of(call.get("name")), arguments=call.get("args", {})
        )
    if answer := mapped(_member(part, "functionResponse")):
        yield PastResult(
            id=said(answer.get("id")), name=text_of(answer.get("name")), value=answer.get("response")
        )
        for inner in objects(answer.get("parts")):
            yield from _part(inner, speaker)
    if blob := mapped(_member(part, "inlineData")):
        kind = said(_member(blob, "mimeType"))
        yield Medium(kind="data", media_type=kind, data=said(blob.get("data")))
    if file := mapped(_member(part, "fileData")):
        kind = said(_member(file, "mimeType"))
        yield Medium(kind="file", media_type=kind, url=said(_member(file, "fileUri")))


def _tools(body: Mapping[str, Any]) -> Iterator[DeclaredTool]:
    for group in objects(body.get("tools")):
        for one in objects(_member(group, "functionDeclarations")):
            if name := said(one.get("name")):
                schema = mapped(_member(one, "parametersJsonSchema")) or mapped(one.get("parameters"))
                yield DeclaredTool(
                    name=name, description=text_of(one.get("description")), parameters=schema or None
                )


def _choice(body: Mapping[str, Any]) -> Choice:
    config = mapped(_member(mapped(_member(body, "toolConfig")), "functionCallingConfig"))
    names = tuple(name for name in listed(_member(config, "allowedFunctionNames")) if isinstance(name, str))
    match text_of(config.get("mode")).upper():
        case "NONE":
            return Choice(mode="none")
        case "ANY":
            return Choice(mode="named" if len(names) == 1 else "required", names=names)
    return Choice(mode="allowed" if names else "auto", names=names)


def _format(config: Mapping[str, Any]) -> Format | None:
    schema = mapped(_member(config, "responseJsonSchema")) or mapped(_member(config, "responseSchema"))
    if _member(config, "responseMimeType") != "application/json":
        return None  # without it, the API takes no schema
    return Format(kind="json_schema", schema=schema) if schema else Format(kind="json_object")
