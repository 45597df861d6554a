"""What a whole answer amounts to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.dialects.chat import grammar as g
from harness.dialects.chat.fold import fold_logprobs
from harness.dialects.chat.fragments import tool_of
from harness.dialects.chat.state import Audio, Call, Choice
from harness.dialects.chat.usage_beside import usage_beside

if TYPE_CHECKING:
    from harness.dialects.chat.state import ChatStream


def fold_whole(stream: ChatStream, answer: dict[str, Any]) -> None:
    """Take a whole answer; members may be missing that did not fit the schema."""
    stream.id, stream.created, stream.model = answer.get("id"), answer.get("created"), answer.get("model")
    stream.fingerprint, stream.service_tier = answer.get("system_fingerprint"), answer.get("service_tier")
    stream.usage, stream.moderation = answer.get("usage"), answer.get("moderation")
    stream.usages = int(stream.usage is not None)
    stream.usage_beside = usage_beside(answer)
    stream.error = answer.get("error")
    stream.ended = True
    for position, entry in enumerate(answer.get("choices") or ()):
        index = entry.get("index")
        choice = Choice(position if index is None else index)
        stream.choices[choice.index] = choice
        choice.finish = entry.get("finish_reason")
        _message(choice, entry.get("message") or {})
        stream.audio |= choice.audio is not None
        if isinstance(entry.get("logprobs"), dict):
            fold_logprobs(choice, entry["logprobs"])


def _message(choice: Choice, message: dict[str, Any]) -> None:
    choice.role = message.get("role")
    choice.content.write(message.get("content") or "")
    choice.refusal.write(message.get("refusal") or "")
    reasoning = [text for key in g.REASONING_KEYS if isinstance(text := message.get(key), str)]
    choice.reasoning.write(reasoning[0] if reasoning else "")
    for name, known in (("reasoning_details", choice.reasoning_details), ("annotations", choice.annotations)):
        if isinstance(message.get(name), list):
            known.extend(message[name])
    for number, one in enumerate(message.get("tool_calls") or ()):
        choice.calls[number] = _call(number, one)
    if function := message.get("function_call"):
        choice.function_call = _call(None, {"function": function})
    if audio := message.get("audio"):
        choice.audio = Audio()
        choice.audio.id = audio.get("id") or ""
        choice.audio.data.write(audio.get("data") or "")
        choice.audio.transcript.write(audio.get("transcript") or "")
        choice.audio.expires_at = audio.get("expires_at")


def _call(number: int | None, one: dict[str, Any]) -> Call:
    function = tool_of(one)
    call = Call(number)
    call.id = _text(one.get("id"))
    call.type = _text(one.get("type"))
    call.name = function.get("name") or ""
    call.arguments.write(function.get("arguments") or function.get("input") or "")
    return call


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
