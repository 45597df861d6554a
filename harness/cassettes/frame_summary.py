"""What one frame of a stream says, in a few words, whichever of the four dialects it is in.

It serves the eye only: shapes are recognised by a telling key, and whatever is not recognised shows the start
of its JSON. Chat Completions have `choices`, Responses and Anthropic Messages a `type`, Gemini `candidates`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from harness.cassettes.shortened import one_line
from harness.jsonvalue import compact

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.jsonvalue import JsonValue

_LONGEST = 400
"""No detail is longer than this; whoever draws cuts further."""


_PLACES = frozenset({"type", "sequence_number", "index", "output_index", "content_index", "item_id"})


class Summary(NamedTuple):
    """The kind of a frame, and what it carries."""

    label: str
    detail: str


def summarise(value: JsonValue) -> Summary:
    """Say what a frame, or a whole answer, carries. Never raises, whatever the value."""
    if not isinstance(value, dict):
        return Summary("json", _json(value))
    kind = value.get("type")
    if value.get("error"):
        summary = Summary(_text(kind) or "error", _error(value["error"]))
    elif isinstance(value.get("choices"), list):
        summary = _chat(value)
    elif isinstance(value.get("candidates"), list) or "promptFeedback" in value:
        summary = _gemini(value)
    elif isinstance(kind, str):
        summary = Summary(kind, _typed(kind, value))
    elif isinstance(value.get("output"), list):
        summary = Summary(_text(value.get("object")) or "response", _response(value))
    else:
        summary = Summary("json", _json(value))
    return summary


def quoted(text: str) -> str:
    """Text in quotation marks, escaped as in JSON but for what can be read as it is."""
    return json.dumps(text[:_LONGEST], ensure_ascii=False)


def _chat(value: dict[str, JsonValue]) -> Summary:
    parts: list[str] = []
    choices = [choice for choice in _list(value["choices"]) if isinstance(choice, dict)]
    for choice in choices:
        index = choice.get("index")
        said = _message(_dict(choice.get("delta") or choice.get("message")))
        if isinstance(text := choice.get("text"), str):
            said.append(quoted(text))
        if reason := choice.get("finish_reason"):
            said.append(f"finish {reason}")
        where = f"[{index}] " if len(choices) > 1 or index not in (0, None) else ""
        parts.append(where + (" ".join(said) or "(nothing)"))
    if usage := _usage(value.get("usage")):
        parts.append(usage)
    return Summary(_last(_text(value.get("object"))) or "chunk", ", ".join(parts) or "no choices")


def _last(name: str) -> str:
    """The word by which an object is told from others: `chunk` of `chat.completion.chunk`."""
    return name.rpartition(".")[2]


def _message(delta: dict[str, JsonValue]) -> list[str]:
    said: list[str] = []
    if role := _text(delta.get("role")):
        said.append(f"role {role}")
    for key, mark in (
        ("content", ""),
        ("reasoning_content", "reasoning "),
        ("reasoning", "reasoning "),
        ("refusal", "refusal "),
    ):
        text = delta.get(key)
        if isinstance(text, str) and (text or not role):
            said.append(mark + quoted(text))
    said += [
        _call(call.get("index"), _dict(call.get("function")))
        for call in _list(delta.get("tool_calls"))
        if isinstance(call, dict)
    ]
    if delta.get("audio"):
        said.append("audio")
    return said


def _call(index: JsonValue, function: dict[str, JsonValue]) -> str:
    number = f"call {index}" if isinstance(index, int) else "call"
    name, arguments = _text(function.get("name")), _text(function.get("arguments"))
    return " ".join(part for part in (number, name, quoted(arguments) if arguments else "") if part)


def _gemini(value: dict[str, JsonValue]) -> Summary:
    parts: list[str] = []
    for candidate in _list(value.get("candidates")):
        fields = _dict(candidate)
        parts += [_gemini_part(_dict(part)) for part in _list(_dict(fields.get("content")).get("parts"))]
        if reason := _text(fields.get("finishReason")):
            parts.append(f"finish {reason}")
    if blocked := _dict(value.get("promptFeedback")):
        parts.append(f"prompt feedback {_json(blocked)}")
    if usage := _usage(value.get("usageMetadata")):
        parts.append(usage)
    return Summary("candidates", ", ".join(parts) or "(nothing)")


def _gemini_part(part: dict[str, JsonValue]) -> str:
    if isinstance(text := part.get("text"), str):
        return ("thought " if part.get("thought") else "") + quoted(text)
    if call := _dict(part.get("functionCall")):
        rest = {key: member for key, member in call.items() if key not in ("name", "id", "args")}
        said = ["call", _text(call.get("name")), *(_json(each) for each in (call.get("args"), rest) if each)]
        return " ".join(part for part in said if part)
    return next((key for key in part), "(empty part)")


def _typed(kind: str, value: dict[str, JsonValue]) -> str:
    """The detail of a frame that has a `type`: Responses and Anthropic Messages."""
    delta = value.get("delta")
    if isinstance(delta, str):
        return _at(value) + quoted(delta)
    if isinstance(delta, dict):
        return _at(value) + _anthropic_delta(delta, value)
    for key, describe in _INSIDE:
        if isinstance(inner := value.get(key), dict):
            return _at(value) + describe(inner)
    if isinstance(text := value.get("text", value.get("arguments")), str):
        detail = _at(value) + quoted(text)
    elif kind == "error":
        detail = _error(value)
    elif kind in {"message", "response"}:
        detail = _response(value)
    else:
        rest = {key: member for key, member in value.items() if key not in _PLACES}
        detail = (_at(value) + (_json(rest) if rest else "")).rstrip()
    return detail


def _at(value: dict[str, JsonValue]) -> str:
    """Which item or block of several it belongs to; the first one is not mentioned."""
    index = value.get("output_index", value.get("index"))
    return f"[{index}] " if isinstance(index, int) and index else ""


def _anthropic_delta(delta: dict[str, JsonValue], value: dict[str, JsonValue]) -> str:
    for key, mark in (
        ("text", ""),
        ("partial_json", "input "),
        ("thinking", "thinking "),
        ("signature", "signature "),
    ):
        if isinstance(text := delta.get(key), str):
            return mark + quoted(text)
    stop = delta.get("stop_reason")
    parts = [f"stop {stop}" if stop else "", _usage(value.get("usage"))]
    return ", ".join(part for part in parts if part) or _json(delta)


def _response(value: dict[str, JsonValue]) -> str:
    parts = [_text(value.get("status")), _text(value.get("model"))]
    parts += [_item(_dict(item)) for item in _list(value.get("output", value.get("content")))]
    if error := value.get("error"):
        parts.append(f"error {_error(error)}")
    if isinstance(details := value.get("incomplete_details"), dict):
        parts.append(f"because of {_text(details.get('reason'))}")
    if stop := _text(value.get("stop_reason")):
        parts.append(f"stop {stop}")
    parts.append(_usage(value.get("usage")))
    return ", ".join(part for part in parts if part)


def _item(item: dict[str, JsonValue]) -> str:
    parts = [_text(item.get("type")) or "item", _text(item.get("name"))]
    texts = [item.get(key) for key in ("text", "thinking", "refusal", "arguments")]
    if isinstance(given := item.get("input"), dict) and given:
        parts.append(_json(given))
    inner = [_dict(part) for part in _list(item.get("content")) + _list(item.get("summary"))]
    texts += [part.get("text", part.get("refusal")) for part in inner]
    parts += [quoted(text) for text in texts if isinstance(text, str) and text]
    return " ".join(part for part in parts if part)


def _usage(value: JsonValue) -> str:
    """Tokens in and out, under whichever names."""
    usage = _dict(value)
    counts = [
        next((usage[key] for key in keys if isinstance(usage.get(key), int)), None)
        for keys in (
            ("prompt_tokens", "input_tokens", "promptTokenCount"),
            ("completion_tokens", "output_tokens", "candidatesTokenCount"),
        )
    ]
    if counts == [None, None]:
        return ""
    return "usage " + " + ".join("?" if count is None else str(count) for count in counts)


def _error(value: JsonValue) -> str:
    if not isinstance(value, dict):
        return _json(value)
    kind = next(
        (str(value[key]) for key in ("code", "type", "status") if value.get(key) not in (None, "error")), ""
    )
    message = _text(value.get("message"))
    return f"{kind}: {message}" if kind and message else message or kind or _json(value)


def _json(value: JsonValue) -> str:
    return one_line(compact(value), _LONGEST)


def _text(value: JsonValue) -> str:
    return value[:_LONGEST] if isinstance(value, str) else ""


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _dict(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}


_INSIDE: tuple[tuple[str, Callable[[dict[str, JsonValue]], str]], ...] = (
    ("response", _response),
    ("message", _response),
    ("item", _item),
    ("content_block", _item),
    ("part", _item),
)
