"""The conversation as `input` of Responses (the types of the package openai 3.52.0).

A conversation that a Responses client sent comes out as it went in: the same items in the same order. From Chat, every
message becomes an item, and an assistant's calls the items behind its words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from harness.translation.requests.emulation import arguments_of
from harness.translation.requests.foreign import foreign_text
from harness.translation.requests.to_responses_parts import content_part
from harness.turn.conversation import (
    CallPart,
    MessageItem,
    OpaquePart,
    ReasoningPart,
    ResultPart,
    TextPart,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.translation.requests.sending import Sending
    from harness.translation.requests.tool_names import ToolNames
    from harness.turn.conversation import Message, Part


def response_items(sending: Sending, names: ToolNames, messages: Iterable[Message]) -> list[dict[str, Any]]:
    """All items, in order."""
    items: list[dict[str, Any]] = []
    told = messages if sending.is_same else _with_kinds(messages)
    for message in told:
        _put_message(sending, names, message, items)
    return items


def _with_kinds(messages: Iterable[Message]) -> list[Message]:
    """The messages with each result of the kind of its call, which a Chat message does not tell."""
    kinds: dict[str, Literal["function", "custom"]] = {}
    told: list[Message] = []
    for message in messages:
        parts: list[Part] = []
        for part in message.parts:
            if isinstance(part, CallPart):
                kinds[part.call_id] = part.kind
            elif isinstance(part, ResultPart) and kinds.get(part.call_id, part.kind) != part.kind:
                parts.append(replace(part, kind=kinds[part.call_id]))
                continue
            parts.append(part)
        told.append(message if tuple(parts) == message.parts else replace(message, parts=tuple(parts)))
    return told


def _put_message(sending: Sending, names: ToolNames, message: Message, items: list[dict[str, Any]]) -> None:
    """The message items that a message was made of, and its other parts between them."""
    at = 0
    for item in message.items if sending.is_same else ():
        _put_loose(sending, names, message, range(at, item.begin), items)
        items.append(_item(sending, message, item, message.parts[item.begin : item.end]))
        at = item.end
    if at < len(message.parts):
        _put_loose(sending, names, message, range(at, len(message.parts)), items)
    elif not message.parts and not message.items:
        items.append(_item(sending, message, _whole(message, is_first=True), ()))


def _put_loose(
    sending: Sending, names: ToolNames, message: Message, span: range, items: list[dict[str, Any]]
) -> None:
    """Parts of no known item: a message item for each run of words, and one for each of the others."""
    at, end = span.start, span.stop
    is_first = at == 0
    while at < end:
        begin = at
        while at < end and _is_content(message.parts[at]):
            at += 1
        if at > begin:
            # What was said of the whole message is said of its first item.
            items.append(_item(sending, message, _whole(message, is_first=is_first), message.parts[begin:at]))
            is_first = False
        else:
            _put_part(sending, names, message, message.parts[at], items)
            at += 1


def _is_content(part: Part) -> bool:
    """The part stands in a message; one that its dialect alone has a name for may be an item, too."""
    if isinstance(part, OpaquePart):
        return "/content/" in part.at
    return not isinstance(part, ReasoningPart | CallPart | ResultPart)


def _put_part(
    sending: Sending, names: ToolNames, message: Message, part: Part, items: list[dict[str, Any]]
) -> None:
    match part:
        case ReasoningPart():
            _put_reasoning(sending, part, items)
        case CallPart():
            items.append(_call(sending, names, part))
        case ResultPart():
            items.append(_result(sending, part))
        case OpaquePart():
            _put_opaque(sending, message, part, items)


# -- messages


def _whole(message: Message, *, is_first: bool) -> MessageItem:
    """A message that is one item, or the first or another of its items."""
    return MessageItem(
        begin=0,
        end=0,
        is_text=message.is_text,
        item_id=message.item_id if is_first else None,
        status=message.status if is_first else None,
        phase=message.phase,
        extra=message.extra if is_first else {},
        at=message.at,
    )


def _item(sending: Sending, message: Message, item: MessageItem, words: Sequence[Part]) -> dict[str, Any]:
    role = message.role
    if role == "developer" and not sending.profile.developer_role:
        role = "system"
    told: dict[str, Any] = {"type": "message"} if item.is_typed else {}
    told["role"] = role
    # What an assistant said is an output, and outputs have parts; a client of Responses may say it as it likes.
    if item.is_text and (sending.is_same or role != "assistant"):
        told["content"] = "".join(part.text for part in words if isinstance(part, TextPart))
    else:
        parts = [one for part in words if (one := content_part(sending, message.role, part)) is not None]
        if words and not parts:
            # Empty, as what it held has been lost; the turn keeps its place.
            sending.session.lose("L155", item.at or message.at)
        told["content"] = parts
    if item.item_id is not None:
        told["id"] = item.item_id
    if item.status is not None:
        told["status"] = item.status
    if item.phase is not None:
        told["phase"] = item.phase
    if message.name is not None:
        sending.session.lose("L154", f"{message.at}/name")
    sending.keep_extra(told, item.extra, item.at or message.at)
    return told


def _put_opaque(sending: Sending, message: Message, part: OpaquePart, items: list[dict[str, Any]]) -> None:
    if part.dialect == "responses":
        items.append(dict(part.value))
    elif (text := foreign_text(sending.session, part)) is not None:
        kind = "output_text" if message.role == "assistant" else "input_text"
        said: dict[str, Any] = {"type": kind, "text": text}
        if kind == "output_text":
            said["annotations"] = []
        items.append({"type": "message", "role": message.role, "content": [said]})


# -- calls and results


def _call(sending: Sending, names: ToolNames, call: CallPart) -> dict[str, Any]:
    name = names.of(call.namespace, call.name, call.at)
    told: dict[str, Any] = {"type": "function_call"}
    if call.item_id is not None:
        told["id"] = call.item_id
    told |= {"call_id": call.call_id, "name": name}
    if call.kind == "custom" and sending.profile.custom_tools:
        told |= {"type": "custom_tool_call", "input": call.arguments}
    elif call.kind == "custom":
        sending.session.lose("L144", call.at)
        sending.session.emulated.add(name)
        # An id that begins with ctc_ is none of a function's call.
        told.pop("id", None)
        told["arguments"] = arguments_of(call.arguments)
    else:
        told["arguments"] = call.arguments
    if call.namespace is not None and not names.is_flat:
        told["namespace"] = call.namespace
    if call.status is not None:
        told["status"] = call.status
    if call.signature is not None:
        sending.session.lose("L153", call.at)
    sending.keep_extra(told, call.extra, call.at)
    return told


def _result(sending: Sending, result: ResultPart) -> dict[str, Any]:
    is_custom = result.kind == "custom" and sending.profile.custom_tools
    told: dict[str, Any] = {"type": "custom_tool_call_output" if is_custom else "function_call_output"}
    if result.item_id is not None:
        told["id"] = result.item_id
    told["call_id"] = result.call_id
    if result.is_text:
        told["output"] = "".join(part.text for part in result.parts if isinstance(part, TextPart))
    else:
        told["output"] = [
            one for part in result.parts if (one := content_part(sending, "tool", part)) is not None
        ]
    if result.status is not None:
        told["status"] = result.status
    if result.name is not None and sending.is_same:
        told["name"] = result.name
    elif result.name is not None:
        sending.session.lose("L154", f"{result.at}/name")
    if result.is_error:
        sending.session.lose("L100", f"{result.at}/is_error")
    sending.keep_extra(told, result.extra, result.at)
    return told


# -- thought


def _put_reasoning(sending: Sending, part: ReasoningPart, items: list[dict[str, Any]]) -> None:
    """A reasoning item: as it came, or made of what the upstream can read; an item of which nothing is left is none."""
    raw = part.raw if sending.is_same and isinstance(part.raw, Mapping) else None
    sealed = None if raw is None else raw.get("encrypted_content")
    # Whose a blob is that was not wrapped here is told by its form, if at all.
    is_foreign = "" != part.vendor != sending.profile.vendor != ""
    if raw is not None and (sealed is None or (sealed == part.encrypted and not is_foreign)):
        items.append(dict(raw))
        return
    is_own = part.vendor != "" and part.vendor == sending.profile.vendor
    told: dict[str, Any] = {"type": "reasoning"}
    told["summary"] = [{"type": "summary_text", "text": text} for text in part.summary]
    if part.encrypted is not None and is_own:
        told["encrypted_content"] = part.encrypted
        if part.item_id is not None:
            told["id"] = part.item_id
        items.append({**(raw or {}), **told})
        return
    if part.encrypted is not None or part.signature is not None:
        sending.session.lose("L153", part.at)
    words = part.text or part.summary
    if not sending.profile.raw_reasoning or not words:
        sending.session.lose("L150", part.at)
        return
    told["id"] = part.item_id or sending.session.mint.new_id("rs_")
    # Servers that take words take them from here: llama.cpp refuses an item without.
    told["content"] = [{"type": "reasoning_text", "text": text} for text in words]
    items.append(told)
