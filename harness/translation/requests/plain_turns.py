"""Conversations for dialects of two roles with a system prompt beside them, whose messages are nothing but parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from harness.jsonvalue import escape, try_parse
from harness.translation.requests.history import repaired
from harness.translation.requests.legacy import with_call_ids
from harness.turn.conversation import TextPart

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.translation.session import Session
    from harness.turn.conversation import CallPart, Message, Request

SYSTEM: Final = frozenset({"system", "developer"})
"""Roles of those who instruct the model."""


class Conversation(NamedTuple):
    """A conversation in two pieces.

    Args:
        system: The messages of system and developer with which it begins.
        turns: What follows; system messages among it are to be sent as a user's (L130).
    """

    system: tuple[Message, ...]
    turns: tuple[Message, ...]


def conversation_of(request: Request, session: Session) -> Conversation:
    """The repaired conversation. Where there are only system messages, the last is among the turns: one must be."""
    messages = repaired(with_call_ids(request.messages, session), session)
    begin = next((index for index, one in enumerate(messages) if one.role not in SYSTEM), len(messages))
    begin = min(begin, max(len(messages) - 1, 0))
    return Conversation(messages[:begin], messages[begin:])


def quoted_system(message: Message, session: Session) -> str:
    """The words of a system message that must be told as a user's; "" where there are none."""
    text = "\n\n".join(part.text for part in message.parts if isinstance(part, TextPart) and part.text)
    if not text:
        return ""
    session.lose("L130", message.at)
    return f"<system>\n{text}\n</system>"


def lose_members(message: Message, session: Session) -> None:
    """Note the loss of what a message has besides its parts."""
    if message.name is not None:
        session.lose("L154", f"{message.at}/name")
    if message.phase is not None:
        said = [item.at for item in message.items if item.phase is not None]
        for at in said or [message.at]:
            session.lose("L135", f"{at}/phase")
    lose_extra(message.extra, message.at, session)
    for item in message.items:
        lose_extra(item.extra, item.at, session)


def lose_extra(extra: Mapping[str, Any], at: str, session: Session, kept: Iterable[str] = ()) -> None:
    """Note the loss of members that nobody knows (L100), and of cache breakpoints (L119), but for those kept."""
    for name in extra:
        if name not in kept:
            session.lose("L119" if name == "cache_control" else "L100", f"{at}/{escape(name)}")


def arguments_object(call: CallPart, session: Session) -> dict[str, Any]:
    """The arguments of a call as an object.

    Text that is no JSON object (L138) is sent as `{"_raw": text}`: the error of that code refuses the request, unless
    the policy or the manner (`raw_arguments`) wants it so.
    """
    if call.kind == "custom":
        session.lose("L144", call.at)
        return {"input": call.arguments}
    if not call.arguments.strip():
        return {}
    is_json, value = try_parse(call.arguments)
    if is_json and isinstance(value, dict):
        return value
    if not session.manner.raw_arguments:
        session.lose("L138", call.at)
    return {"_raw": call.arguments}
