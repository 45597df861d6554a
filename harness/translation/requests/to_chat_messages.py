"""The conversation as `messages` of Chat Completions (the types of the package openai 3.52.0).

A conversation that a Chat client sent comes out as it went in. From Responses, an assistant's turn becomes one message
with its calls, in the order of the items.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.translation.requests.emulation import arguments_of
from harness.translation.requests.foreign import foreign_text
from harness.translation.requests.to_chat_parts import content_part
from harness.translation.requests.to_chat_reasoning import put_reasoning, takes_signature, thinking_block
from harness.turn.conversation import (
    AudioPart,
    CallPart,
    OpaquePart,
    ReasoningPart,
    RefusalPart,
    ResultPart,
    TextPart,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.translation.requests.sending import Sending
    from harness.translation.requests.tool_names import ToolNames
    from harness.turn.conversation import Message, Part


def chat_messages(sending: Sending, names: ToolNames, messages: Iterable[Message]) -> list[dict[str, Any]]:
    """All messages; `instructions` of Responses are the first."""
    sent: list[dict[str, Any]] = []
    moved: list[dict[str, Any]] = []
    if sending.request.instructions is not None:
        sent.append({"role": "system", "content": sending.request.instructions})
    for message in messages:
        if message.role != "tool" and moved:
            # After all results of the turn: nothing may stand between them and their calls.
            sent.append({"role": "user", "content": moved})
            moved = []
        if message.role == "assistant":
            sent += _assistant(sending, names, message)
        elif message.role == "tool":
            sent += _results(sending, message, moved)
        else:
            sent += _said(sending, message)
    if moved:
        sent.append({"role": "user", "content": moved})
    return sent


# -- system, developer and user


def _said(sending: Sending, message: Message) -> list[dict[str, Any]]:
    role = message.role
    if role == "developer" and not sending.profile.developer_role:
        role = "system"
    told: dict[str, Any] = {"role": role}
    content = _content(sending, message)
    if content is None:
        return []
    told["content"] = content
    _put_name(sending, told, message)
    _keep_rest(sending, told, message)
    return [told]


def _content(sending: Sending, message: Message) -> str | list[dict[str, Any]] | None:
    """The content in the form in which it came, or as a string where that says it all; None where nothing is left."""
    parts = message.parts
    if message.is_text:
        return "".join(part.text for part in parts if isinstance(part, TextPart))
    if not sending.is_same and len(parts) == 1:
        only = parts[0]
        if isinstance(only, TextPart) and only.cache_control is None and not only.extra:
            return only.text
    sent = [told for part in parts if (told := content_part(sending, part)) is not None]
    if parts and not sent:
        sending.session.lose("L155", message.at)
        return None
    return sent if sent or sending.is_same else ""


def _put_name(sending: Sending, told: dict[str, Any], message: Message) -> None:
    if message.name is None:
        return
    if "name" in sending.refuses:
        sending.session.lose("L154", f"{message.at}/name")
    else:
        told["name"] = message.name


def _keep_rest(sending: Sending, told: dict[str, Any], message: Message) -> None:
    if message.phase is not None and sending.is_same:
        told["phase"] = message.phase
    elif message.phase is not None:
        said = [item.at for item in message.items if item.phase is not None]
        for at in said or [message.at]:
            sending.session.lose("L135", f"{at}/phase")
    sending.keep_extra(told, message.extra, message.at)
    for item in message.items:
        if item.extra is not message.extra:
            sending.keep_extra(told, item.extra, item.at)


# -- the assistant


class _Turn:
    """What an assistant's message is made of, by the members it goes into.

    Attributes:
        content: Parts.
        refusals: What it refused in, where that is a member of its own.
        calls: `tool_calls`.
        audio: The id of an earlier answer's sound.
        outside: Messages that stand for items which Chat has not.
    """

    __slots__ = ("audio", "calls", "content", "is_sealed", "names", "outside", "refusals", "sending")

    def __init__(self, sending: Sending, names: ToolNames, thoughts: Sequence[ReasoningPart]) -> None:
        self.sending = sending
        self.names = names
        self.content: list[dict[str, Any]] = []
        self.refusals: list[str] = []
        self.calls: list[dict[str, Any]] = []
        self.audio: str | None = None
        self.outside: list[dict[str, Any]] = []
        self.is_sealed = any(part.member == "reasoning_details" for part in thoughts)

    def add(self, part: Part) -> None:
        sending = self.sending
        one: dict[str, Any] | None = None
        match part:
            case CallPart():
                self.calls.append(_call(sending, self.names, part, is_sealed=self.is_sealed))
            case RefusalPart() if not (sending.is_same and "/content/" in part.at):
                self.refusals.append(part.text)
            case AudioPart(id=str()):
                self.audio = part.id
            case OpaquePart() if "/content/" not in part.at:
                self._add_opaque(part)
            case ReasoningPart():
                one = thinking_block(sending, part)
            case _:
                one = content_part(sending, part)
        if one is not None:
            self.content.append(one)

    def _add_opaque(self, part: OpaquePart) -> None:
        if part.dialect == "chat":
            self.calls.append(dict(part.value))
        elif (text := foreign_text(self.sending.session, part)) is not None:
            self.outside.append({"role": "assistant", "content": text})


def _assistant(sending: Sending, names: ToolNames, message: Message) -> list[dict[str, Any]]:
    thoughts = [part for part in message.parts if isinstance(part, ReasoningPart)]
    turn = _Turn(sending, names, thoughts)
    for part in message.parts:
        turn.add(part)
    told: dict[str, Any] = {"role": "assistant", "content": _words(sending, message, turn.content)}
    if turn.refusals:
        told["refusal"] = "".join(turn.refusals)
    if turn.audio is not None:
        told["audio"] = {"id": turn.audio}
    _put_annotations(sending, told, message)
    put_reasoning(sending, told, thoughts)
    if turn.calls:
        told["tool_calls"] = turn.calls
    _put_name(sending, told, message)
    _keep_rest(sending, told, message)
    if not sending.is_same and told["content"] is None and told.keys() == {"role", "content"}:
        if message.parts:
            # What it was made of has been lost, each part with its own code; an empty message is an error.
            return turn.outside
        told["content"] = ""
    # Nothing may stand between a call and its result.
    return [*turn.outside, told]


def _put_annotations(sending: Sending, told: dict[str, Any], message: Message) -> None:
    """Those of an earlier answer, which a Chat client may send back with it."""
    if sending.is_same:
        notes = [
            dict(one) for part in message.parts if isinstance(part, TextPart) for one in part.annotations
        ]
        if notes:
            told["annotations"] = notes


def _words(
    sending: Sending, message: Message, content: list[dict[str, Any]]
) -> str | list[dict[str, Any]] | None:
    """The content of an assistant's message, which is null where it said nothing."""
    is_plain = all(one.keys() == {"type", "text"} for one in content)
    if is_plain and (message.is_text or not sending.is_same):
        return "".join(one["text"] for one in content) if content else None
    return content or None


def _call(sending: Sending, names: ToolNames, call: CallPart, *, is_sealed: bool) -> dict[str, Any]:
    name = names.of(call.namespace, call.name, call.at)
    told: dict[str, Any] = {"id": call.call_id}
    if call.kind == "custom" and sending.profile.custom_tools:
        told |= {"type": "custom", "custom": {"name": name, "input": call.arguments}}
    else:
        arguments = arguments_of(call.arguments) if call.kind == "custom" else call.arguments
        told |= {"type": "function", "function": {"name": name, "arguments": arguments}}
        if call.kind == "custom":
            sending.session.lose("L144", call.at)
            sending.session.emulated.add(name)
    if call.signature is not None:
        if takes_signature(sending, call.vendor):
            told["extra_content"] = {"google": {"thought_signature": call.signature}}
        elif not (is_sealed and sending.profile.reasoning_out == "reasoning_details"):
            # There, it stands in the message's reasoning_details, too.
            sending.session.lose("L153", call.at)
    sending.keep_extra(told, call.extra, call.at)
    return told


# -- results


def _results(sending: Sending, message: Message, moved: list[dict[str, Any]]) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []
    for part in message.parts:
        if isinstance(part, ResultPart):
            sent.append(_result(sending, message, part, moved))
        elif isinstance(part, OpaquePart) and (text := foreign_text(sending.session, part)) is not None:
            moved.append({"type": "text", "text": text})
    return sent


def _result(
    sending: Sending, message: Message, result: ResultPart, moved: list[dict[str, Any]]
) -> dict[str, Any]:
    told: dict[str, Any] = {"role": "tool", "tool_call_id": result.call_id}
    is_verbatim = sending.is_same or sending.profile.results_with_images
    here: list[dict[str, Any]] = []
    there: list[dict[str, Any]] = []
    for part in result.parts:
        if (one := _of_result(sending, part)) is not None:
            (here if is_verbatim or one["type"] == "text" else there).append(one)
    if there:
        sending.session.lose("L143", result.at)
        moved += [{"type": "text", "text": f"Files of the result of the call {result.call_id}:"}, *there]
    is_one = not sending.is_same and len(here) == 1 and here[0].keys() == {"type", "text"}
    if result.is_text or is_one:
        told["content"] = "".join(one["text"] for one in here if one["type"] == "text")
    elif here or sending.is_same:
        told["content"] = here
    else:
        told["content"] = "The result is in the next message of the user." if there else ""
    if result.is_error:
        sending.session.lose("L100", f"{result.at}/is_error")
    if sending.is_same and result.name is not None:
        if "name" in sending.refuses:
            sending.session.lose("L154", f"{result.at}/name")
        else:
            told["name"] = result.name
    sending.keep_extra(told, result.extra, result.at)
    sending.keep_extra(told, message.extra, message.at)
    return told


def _of_result(sending: Sending, part: Part) -> dict[str, Any] | None:
    if isinstance(part, OpaquePart) and part.dialect != "chat":
        text = foreign_text(sending.session, part)
        return None if text is None else {"type": "text", "text": text}
    return content_part(sending, part)
