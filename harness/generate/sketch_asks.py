"""What a sketch's client asks, in both dialects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.scenarios.answer import MARK
from harness.scenarios.asking import Ask, Custom, Function, Said
from harness.scenarios.material import CHAT_FILE, CHAT_PICTURE, RESPONSES_FILE, RESPONSES_PICTURE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.generate.sketch import Earlier, Part, Sketch, Tool

Body = dict[str, Any]
_BOTH: Final = frozenset(
    {"temperature", "top_p", "user", "metadata", "store", "parallel_tool_calls", "service_tier"}
)
_OF_CHAT: Final = frozenset(
    {"seed", "stop", "presence_penalty", "frequency_penalty", "n", "logprobs", "max_tokens", "logit_bias"}
)
WISHES: Final = (
    _BOTH | _OF_CHAT | {"limit", "effort", "summary", "tool_choice", "format", "top_logprobs", "verbosity"}
)
"""The names of wishes: those of Chat, but `limit` (tokens of the answer), `effort`, `summary` (of the thought),
`tool_choice` ("auto", "none", "required", or the name of a tool as `{"name": ...}`) and `format` ("json_object" or a
named schema)."""


def asked(sketch: Sketch) -> Ask:
    """The request in both dialects; whether a dialect has words for all of it, `harness.generate.reach` says."""
    chat: Body = {"messages": _messages(sketch)}
    responses: Body = {"input": _input(sketch)}
    for name, value in sketch.wishes.items():
        _wish(name, value, chat, responses)
    if sketch.instructions:
        responses["instructions"] = sketch.instructions
    if sketch.include_usage:
        chat["stream_options"] = {"include_usage": True}
    if sketch.tools:
        chat["tools"] = [_tool(one).declared("chat") for one in sketch.tools]
        responses["tools"] = [_tool(one).declared("responses") for one in sketch.tools]
    for say in sketch.says:
        if any(block.logprobs for block in say.blocks):
            chat["logprobs"] = True
            responses["include"] = ["message.output_text.logprobs"]
        if any(block.sources for block in say.blocks):
            chat["web_search_options"] = {}
            responses["tools"] = [*responses.get("tools", []), {"type": "web_search"}]
            break
    return Ask(chat=chat, responses=responses)


def _tool(one: Tool) -> Function | Custom:
    if one.custom:
        return Custom(name=one.name, description=one.description)
    parameters: Mapping[str, Any] = one.parameters or {"type": "object", "properties": {}}
    return Function(name=one.name, description=one.description, parameters=parameters, strict=one.strict)


def _said(one: Earlier) -> Said:
    return Said(role=one.role, text=one.text, calls=one.calls, call_id=one.call_id)


def _prompt(sketch: Sketch) -> str:
    return f"{sketch.prompt} [{MARK}]"


def _messages(sketch: Sketch) -> list[Body]:
    mine: Body = {"role": "user", "content": _prompt(sketch)}
    if sketch.parts:
        mine["content"] = [{"type": "text", "text": _prompt(sketch)}, *map(_chat_part, sketch.parts)]
    return [*(_said(one).chat() for one in sketch.before), mine, *(_said(one).chat() for one in sketch.after)]


def _input(sketch: Sketch) -> Any:
    if sketch.form == "string":
        return _prompt(sketch)
    if sketch.form == "short":
        said = [*sketch.before, None, *sketch.after]
        return [
            {"role": "user", "content": _prompt(sketch)}
            if one is None
            else {"role": one.role, "content": one.text}
            for one in said
        ]
    content = [{"type": "input_text", "text": _prompt(sketch)}, *map(_responses_part, sketch.parts)]
    mine: Body = {"type": "message", "role": "user", "content": content}
    before = [item for one in sketch.before for item in _said(one).items()]
    after = [item for one in sketch.after for item in _said(one).items()]
    return [*before, mine, *after]


def _chat_part(part: Part) -> Body:
    if part.kind == "text":
        return {"type": "text", "text": part.text}
    given: list[Any] = CHAT_PICTURE if part.kind == "image" else CHAT_FILE
    return dict(given[1])


def _responses_part(part: Part) -> Body:
    if part.kind == "text":
        return {"type": "input_text", "text": part.text}
    given: list[Any] = RESPONSES_PICTURE if part.kind == "image" else RESPONSES_FILE
    return dict(given[1])


def _wish(name: str, value: Any, chat: Body, responses: Body) -> None:  # noqa: C901 - one case a wish
    match name:
        case "limit":
            chat["max_completion_tokens"] = responses["max_output_tokens"] = value
        case "effort":
            chat["reasoning_effort"] = value
            responses.setdefault("reasoning", {})["effort"] = value
        case "summary":
            responses.setdefault("reasoning", {})["summary"] = value
        case "verbosity":
            chat["verbosity"] = value
            responses.setdefault("text", {})["verbosity"] = value
        case "top_logprobs":
            chat["logprobs"] = True
            chat["top_logprobs"] = responses["top_logprobs"] = value
        case "format" if value == "json_object":
            chat["response_format"] = {"type": "json_object"}
            responses.setdefault("text", {})["format"] = {"type": "json_object"}
        case "format":
            chat["response_format"] = {"type": "json_schema", "json_schema": value}
            responses.setdefault("text", {})["format"] = {"type": "json_schema", **value}
        case "tool_choice" if isinstance(value, dict):
            chat["tool_choice"] = {"type": "function", "function": value}
            responses["tool_choice"] = {"type": "function", **value}
        case "tool_choice":
            chat["tool_choice"] = responses["tool_choice"] = value
        case _ if name in _BOTH:
            chat[name] = responses[name] = value
        case _:
            chat[name] = value
