"""A request of Anthropic, read for comparison (`POST /v1/messages`, types of the package anthropic 2.11.0)."""

from __future__ import annotations

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

_MODES: Final[Mapping[str, str]] = {"none": "none", "any": "required", "tool": "named"}
_SPEAKERS: Final[Mapping[str, Speaker]] = {"system": "system", "assistant": "assistant"}


def heard_anthropic(body: Mapping[str, Any]) -> Heard:
    """Read it."""
    choice = mapped(body.get("tool_choice"))
    name = said(choice.get("name"))
    thinking = text_of(mapped(body.get("thinking")).get("type"))
    return Heard(
        dialect="anthropic",
        model=text_of(body.get("model")),
        pieces=tuple(_conversation(body)),
        tools=tuple(_tools(body.get("tools"))),
        choice=Choice(mode=_MODES.get(text_of(choice.get("type")), "auto"), names=(name,) if name else ()),
        parallel=False if choice.get("disable_parallel_tool_use") is True else None,
        wishes=_wishes(body),
        format=_format(body),
        thinks=thinking in {"enabled", "adaptive"},
    )


def _conversation(body: Mapping[str, Any]) -> Iterator[Piece]:
    yield from _content(body.get("system"), "system")
    for message in objects(body.get("messages")):
        yield from _content(message.get("content"), _SPEAKERS.get(text_of(message.get("role")), "user"))


def _content(content: object, speaker: Speaker) -> Iterator[Piece]:
    if isinstance(content, str):
        yield Words(speaker=speaker, text=content)
    for block in objects(content):
        yield from _block(block, speaker)


def _block(block: Mapping[str, Any], speaker: Speaker) -> Iterator[Piece]:
    match block.get("type"):
        case "text":
            yield Words(speaker=speaker, text=text_of(block.get("text")))
        case "image" | "document" as kind:
            source = mapped(block.get("source"))
            yield Medium(
                kind=kind,
                media_type=said(source.get("media_type")),
                data=said(source.get("data")),
                url=said(source.get("url")) or said(source.get("file_id")),
            )
        case "tool_use":
            call_id, name = said(block.get("id")), text_of(block.get("name"))
            yield PastCall(id=call_id, name=name, arguments=block.get("input"))
        case "tool_result":
            content = block.get("content")
            yield PastResult(id=said(block.get("tool_use_id")), name=None, value=content)
            for inner in objects(content):
                yield from (one for one in _block(inner, speaker) if isinstance(one, Medium))


def _tools(tools: object) -> Iterator[DeclaredTool]:
    for tool in objects(tools):
        if (name := said(tool.get("name"))) and "input_schema" in tool:
            schema = mapped(tool.get("input_schema")) or None
            yield DeclaredTool(name=name, description=text_of(tool.get("description")), parameters=schema)


def _wishes(body: Mapping[str, Any]) -> dict[str, Any]:
    wishes = {
        "temperature": body.get("temperature"),
        "top_p": body.get("top_p"),
        "limit": body.get("max_tokens"),
        "stops": listed(body.get("stop_sequences")) or None,
    }
    return {name: value for name, value in wishes.items() if value is not None}


def _format(body: Mapping[str, Any]) -> Format | None:
    form = mapped(body.get("output_format")) or mapped(mapped(body.get("output_config")).get("format"))
    schema = mapped(form.get("schema"))
    return Format(kind="json_schema", schema=schema) if schema else None
