"""`messages` of Chat Completions (the types of the package openai 3.52.0).

| message | what it becomes |
|---|---|
| `content` | parts, with `is_text` where it was a string; an empty one is kept |
| `refusal` | a `RefusalPart` whose `at` ends in `/refusal`; one inside `content` stands where it stood |
| `audio` | an `AudioPart` with an `id` |
| `tool_calls`, `function_call` | a `CallPart` each, behind text; the legacy form has no id (`call_id` is "") |
| `annotations` | those of the text, where there is one |
| role `tool` | a message with one `ResultPart` |
| role `function` | the same, without an id, and with `name` |
| members that nobody knows | `extra`, for the same dialect |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal

from harness.translation.requests.from_chat_parts import content_of
from harness.translation.requests.from_chat_thoughts import MEMBERS as THOUGHTS
from harness.translation.requests.from_chat_thoughts import seal_of, thoughts_of, without_seal
from harness.translation.requests.refusals import not_among
from harness.turn.conversation import (
    AudioPart,
    CallPart,
    Message,
    RefusalPart,
    ResultPart,
    TextPart,
)

if TYPE_CHECKING:
    from harness.translation.losses import Ledger
    from harness.translation.requests.from_chat_thoughts import Seal
    from harness.translation.requests.shape import Members
    from harness.turn.conversation import Part, Role

_ROLES: Final = ("system", "assistant", "user", "function", "tool", "developer")
_KNOWN: Final = frozenset({"role", "content", "name"})
_KNOWN_OF_ASSISTANT: Final = _KNOWN | {"refusal", "audio", "tool_calls", "function_call", *THOUGHTS}
_KNOWN_OF_RESULT: Final = _KNOWN | {"tool_call_id"}


def message_of(message: Members, ledger: Ledger) -> Message:
    """One message.

    Raises:
        RequestRefused: It has no role, an unknown one, or a member of a wrong shape.
    """
    role = message.required_choice("role", _ROLES)
    match role:
        case "assistant":
            return _assistant(message, ledger)
        case "tool" | "function":
            return _result(message, ledger, is_legacy=role == "function")
        case _:
            parts, is_text = content_of(message, ledger)
            return Message(
                role=_SAID[role],
                parts=parts,
                is_text=is_text,
                name=message.text("name"),
                extra=message.unknown(_KNOWN),
                at=message.at,
            )


_SAID: Final[Mapping[str, Role]] = {"system": "system", "developer": "developer", "user": "user"}


# -- the assistant


def _assistant(message: Members, ledger: Ledger) -> Message:
    thoughts, seals = thoughts_of(message)
    content, is_text = content_of(message, ledger, is_optional=True)
    extra = without_seal(message.unknown(_KNOWN_OF_ASSISTANT), message.at, ledger)
    annotations = extra.get("annotations")
    if isinstance(annotations, list) and all(isinstance(one, Mapping) for one in annotations):
        # An answer is sent back with the annotations that it came with; an empty list says nothing.
        if is_text and isinstance(content[0], TextPart):
            content = (replace(content[0], annotations=tuple(annotations)),)
            del extra["annotations"]
        elif not annotations:
            del extra["annotations"]
    parts: list[Part] = [*thoughts, *content]
    if refusal := message.text("refusal"):
        parts.append(RefusalPart(text=refusal, at=message.pointer("refusal")))
    if (audio := message.members("audio")) is not None:
        parts.append(AudioPart(id=audio.required_text("id"), at=audio.at))
        audio.lose_rest({"id"}, ledger)
    if (legacy := message.members("function_call")) is not None:
        parts.append(_legacy_call(legacy, ledger))
    calls = message.objects("tool_calls", fewest=1) or ()
    parts += [_call(call, seals, ledger) for call in calls]
    return Message(
        role="assistant",
        parts=tuple(parts),
        is_text=is_text,
        name=message.text("name"),
        extra=extra,
        at=message.at,
    )


def _call(call: Members, seals: Mapping[str, Seal], ledger: Ledger) -> CallPart:
    call_id = call.required_text("id")
    kind = call.required_text("type")
    known: Literal["function", "custom"]
    match kind:
        case "function":
            known, text_of = "function", "arguments"
        case "custom":
            known, text_of = "custom", "input"
        case _:
            raise not_among(call.place("type"), kind, ("function", "custom"))
    inner = call.required_members(known)
    inside = seal_of(inner.get("extra_content"))
    seal = seal_of(call.get("extra_content")) or inside or seals.get(call_id)
    inner.lose_rest({"name", text_of} if inside is None else {"name", text_of, "extra_content"}, ledger)
    return CallPart(
        call_id=call_id,
        name=inner.required_text("name"),
        arguments=inner.required_text(text_of),
        kind=known,
        signature=None if seal is None else seal.signature,
        vendor="" if seal is None else seal.vendor,
        extra=without_seal(call.unknown({"id", "type", known}), call.at, ledger),
        at=call.at,
    )


def _legacy_call(call: Members, ledger: Ledger) -> CallPart:
    call.lose_rest({"name", "arguments"}, ledger)
    return CallPart(
        call_id="",
        name=call.required_text("name"),
        arguments=call.required_text("arguments"),
        is_legacy=True,
        at=call.at,
    )


# -- results


def _result(message: Members, ledger: Ledger, *, is_legacy: bool) -> Message:
    if is_legacy:
        name: str | None = message.required_text("name")
        call_id = message.text("tool_call_id") or ""
        # What a function answers may be null, but it must be said.
        parts, is_text = ((), True) if message.required("content") is None else content_of(message, ledger)
    else:
        name = message.text("name")
        call_id = message.required_text("tool_call_id")
        parts, is_text = content_of(message, ledger)
    result = ResultPart(call_id=call_id, parts=parts, is_text=is_text, name=name, at=message.at)
    return Message(
        role="tool",
        parts=(result,),
        extra=message.unknown(_KNOWN_OF_RESULT),
        at=message.at,
    )
