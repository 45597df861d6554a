"""A request of Chat Completions, read for comparison (the types of the package openai 3.52.0)."""

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
    medium,
    objects,
    said,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.rules.translation.requests_reading import Piece, Speaker

_SPEAKERS: Final[Mapping[str, Speaker]] = {
    "system": "system",
    "developer": "system",
    "assistant": "assistant",
}
_SAME: Final = (
    "temperature", "top_p", "seed", "frequency_penalty", "presence_penalty", "logit_bias", "top_logprobs", "verbosity",
)  # fmt: skip


def heard_chat(body: Mapping[str, Any]) -> Heard:
    """Read it."""
    parallel = body.get("parallel_tool_calls")
    return Heard(
        dialect="chat",
        model=text_of(body.get("model")),
        pieces=tuple(
            piece
            for number, message in enumerate(objects(body.get("messages")))
            for piece in _pieces(message, number)
        ),
        tools=tuple(_tools(body)),
        choice=choice_of(body.get("tool_choice", body.get("function_call"))),
        parallel=parallel if isinstance(parallel, bool) else None,
        wishes=_wishes(body),
        format=format_of(body.get("response_format")),
    )


def _pieces(message: Mapping[str, Any], number: int) -> Iterator[Piece]:
    role, content = text_of(message.get("role")), message.get("content")
    if role in {"tool", "function"}:
        call_id, name = said(message.get("tool_call_id")), said(message.get("name"))
        yield PastResult(id=call_id, name=name, value=content, message=number)
        yield from (
            one for part in objects(content) if isinstance(one := _part(part, "user", number), Medium)
        )
        return
    speaker = _SPEAKERS.get(role, "user")
    if isinstance(content, str):
        yield Words(speaker=speaker, text=content, message=number)
    for part in objects(content):
        if (one := _part(part, speaker, number)) is not None:
            yield one
    if refusal := said(message.get("refusal")):
        yield Words(speaker=speaker, text=refusal, is_refusal=True, message=number)
    for call in objects(message.get("tool_calls")):
        yield _call(call, said(call.get("id")), number)
    if legacy := mapped(message.get("function_call")):
        yield _call({"function": legacy}, None, number)


def _part(part: Mapping[str, Any], speaker: Speaker, message: int) -> Piece | None:
    match part.get("type"):
        case "text":
            return Words(speaker=speaker, text=text_of(part.get("text")), message=message)
        case "refusal":
            refusal = text_of(part.get("refusal"))
            return Words(speaker=speaker, text=refusal, is_refusal=True, message=message)
        case "image_url":
            image = part.get("image_url")
            told = {"url": image} if isinstance(image, str) else mapped(image)
            return medium("image", told.get("url"), detail=told.get("detail"))
        case "input_audio":
            sound = mapped(part.get("input_audio"))
            kind = said(sound.get("format"))
            return Medium(
                kind="sound", media_type=f"audio/{kind}" if kind else None, data=said(sound.get("data"))
            )
        case "file":
            file = mapped(part.get("file"))
            given = said(file.get("file_data")) or file.get("file_id")
            return medium("file", given, filename=file.get("filename"))
    return None


def _call(call: Mapping[str, Any], call_id: str | None, message: int) -> PastCall:
    custom = mapped(call.get("custom"))
    function = custom or mapped(call.get("function"))
    given = function.get("input") if custom else function.get("arguments")
    return PastCall(id=call_id, name=text_of(function.get("name")), arguments=given, message=message)


def _tools(body: Mapping[str, Any]) -> Iterator[DeclaredTool]:
    for tool in objects(body.get("tools")):
        function = mapped(tool.get("function")) or mapped(tool.get("custom"))
        if named := declared(function, "parameters"):
            yield named
    for function in objects(body.get("functions")):
        if named := declared(function, "parameters"):
            yield named


def declared(function: Mapping[str, Any], schema: str) -> DeclaredTool | None:
    """A tool with a name, whose schema stands in that member."""
    name = said(function.get("name"))
    if name is None:
        return None
    return DeclaredTool(
        name=name,
        description=text_of(function.get("description")),
        parameters=mapped(function.get(schema)) or None,
        strict=function.get("strict") is True,
    )


def choice_of(value: object) -> Choice:
    """The choice of tools, of Chat or of Responses."""
    if isinstance(value, str):
        return Choice(mode=value if value in {"none", "required"} else "auto")
    choice = mapped(value)
    kind = choice.get("type")
    if kind == "allowed_tools":
        inner = mapped(choice.get("allowed_tools")) or choice
        names = tuple(name for tool in objects(inner.get("tools")) if (name := _named(tool)))
        return Choice(mode="allowed", names=names)
    if name := _named(choice):
        return Choice(mode="named", names=(name,))
    return Choice(mode="other" if choice else "auto")


def _named(tool: Mapping[str, Any]) -> str | None:
    inner = mapped(tool.get("function")) or mapped(tool.get("custom")) or tool
    return said(inner.get("name"))


def format_of(value: object) -> Format | None:
    """What the text is to be, of Chat or of Responses."""
    form = mapped(value)
    kind = text_of(form.get("type"))
    if kind not in {"json_object", "json_schema"}:
        return None
    named = mapped(form.get("json_schema")) or form
    return Format(kind=kind, schema=mapped(named.get("schema")) or None, strict=named.get("strict") is True)


def _wishes(body: Mapping[str, Any]) -> dict[str, Any]:
    wishes: dict[str, Any] = {name: body.get(name) for name in _SAME}
    wishes["limit"] = body.get("max_completion_tokens", body.get("max_tokens"))
    stop = body.get("stop")
    wishes["stops"] = [stop] if isinstance(stop, str) else listed(stop)
    wishes["choices"] = body.get("n")
    wishes["logprobs"] = body.get("logprobs") or None
    # Routers that ask many kinds of servers take the member of Responses as well.
    wishes["effort"] = body.get("reasoning_effort", mapped(body.get("reasoning")).get("effort"))
    return {name: value for name, value in wishes.items() if value is not None and value != []}
