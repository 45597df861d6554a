"""A request of Responses, read for comparison (the types of the package openai 3.52.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.rules.translation.requests_of_chat import choice_of, declared, format_of
from harness.rules.translation.requests_reading import (
    Heard,
    Medium,
    PastCall,
    PastResult,
    Words,
    listed,
    mapped,
    medium,
    objects,
    said,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.rules.translation.requests_reading import DeclaredTool, Piece, Speaker

LOGPROBS: Final = "message.output_text.logprobs"

_SPEAKERS: Final[Mapping[str, Speaker]] = {
    "system": "system",
    "developer": "system",
    "assistant": "assistant",
}


def heard_responses(body: Mapping[str, Any]) -> Heard:
    """Read it."""
    parallel = body.get("parallel_tool_calls")
    text = mapped(body.get("text"))
    may_be_left_out = body.get("truncation") == "auto" or bool(body.get("context_management"))
    return Heard(
        dialect="responses",
        model=text_of(body.get("model")),
        pieces=tuple(_conversation(body)),
        tools=tuple(_tools(body.get("tools"))),
        choice=choice_of(body.get("tool_choice")),
        parallel=parallel if isinstance(parallel, bool) else None,
        wishes=_wishes(body, text),
        format=format_of(text.get("format")),
        is_stored=bool(body.get("previous_response_id") or body.get("conversation")),
        continues=None if may_be_left_out else said(body.get("previous_response_id")),
        wants_summary=said(mapped(body.get("reasoning")).get("summary")) is not None,
    )


def _conversation(body: Mapping[str, Any]) -> Iterator[Piece]:
    if instructions := said(body.get("instructions")):
        yield Words(speaker="system", text=instructions)
    given = body.get("input")
    if isinstance(given, str):
        yield Words(speaker="user", text=given)
    for number, item in enumerate(objects(given)):
        yield from _item(item, number)


def _item(item: Mapping[str, Any], number: int) -> Iterator[Piece]:
    call_id, name = said(item.get("call_id")), text_of(item.get("name"))
    match item.get("type"):
        case "function_call":
            yield PastCall(id=call_id, name=name, arguments=item.get("arguments"))
        case "custom_tool_call":
            yield PastCall(id=call_id, name=name, arguments=item.get("input"))
        case "function_call_output" | "custom_tool_call_output":
            output = item.get("output")
            yield PastResult(id=call_id, name=None, value=output)
            parts = (_part(part, "user", number) for part in objects(output))
            yield from (one for one in parts if isinstance(one, Medium))
        case "message" | None:
            speaker = _SPEAKERS.get(text_of(item.get("role")), "user")
            content = item.get("content")
            if isinstance(content, str):
                yield Words(speaker=speaker, text=content, message=number)
            yield from (one for part in objects(content) if (one := _part(part, speaker, number)) is not None)


def _part(part: Mapping[str, Any], speaker: Speaker, message: int) -> Piece | None:
    match part.get("type"):
        case "input_text" | "output_text" | "text":
            return Words(speaker=speaker, text=text_of(part.get("text")), message=message)
        case "refusal":
            refusal = text_of(part.get("refusal"))
            return Words(speaker=speaker, text=refusal, is_refusal=True, message=message)
        case "input_image":
            image = part.get("image_url")
            url = image if isinstance(image, str) else mapped(image).get("url")
            return medium("image", url or part.get("file_id"), detail=part.get("detail"))
        case "input_file":
            names = ("file_data", "file_url", "file_id")
            given = next((part[name] for name in names if part.get(name)), None)
            return medium("file", given, filename=part.get("filename"))
        case "input_audio":
            sound = mapped(part.get("input_audio"))
            return Medium(kind="sound", data=said(sound.get("data")))
    return None


def _tools(tools: object) -> Iterator[DeclaredTool]:
    for tool in objects(tools):
        if text_of(tool.get("type")) in {"function", "custom"}:
            if named := declared(tool, "parameters"):
                yield named
        elif tool.get("type") == "namespace":
            yield from _tools(tool.get("tools"))


def _wishes(body: Mapping[str, Any], text: Mapping[str, Any]) -> dict[str, Any]:
    top = body.get("top_logprobs")
    wishes = {
        "temperature": body.get("temperature"),
        "top_p": body.get("top_p"),
        "limit": body.get("max_output_tokens"),
        "logprobs": True if LOGPROBS in listed(body.get("include")) else None,
        "top_logprobs": top,
        "effort": mapped(body.get("reasoning")).get("effort"),
        "verbosity": text.get("verbosity"),
    }
    return {name: value for name, value in wishes.items() if value is not None}
