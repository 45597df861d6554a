"""Conversations with `function_call` and messages of the role `function`, from before tools had ids.

The legacy form holds one call in a message, answered by the next message under the function's name. Upstreams are sent
the present form, so each call is given an id, and its answer the same one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.turn.conversation import CallPart, Message, Part, ResultPart

if TYPE_CHECKING:
    from harness.translation.session import Session


def with_call_ids(messages: tuple[Message, ...], session: Session) -> tuple[Message, ...]:
    """Give calls and results without an id one; messages of a conversation that has ids come back as they are."""
    if not any(_lacks_id(part) for message in messages for part in message.parts):
        return messages
    waiting: dict[str, list[str]] = {}
    present: list[Message] = []
    for message in messages:
        if not any(_lacks_id(part) for part in message.parts):
            present.append(message)
            continue
        parts: list[Part] = []
        for part in message.parts:
            if isinstance(part, CallPart) and not part.call_id:
                call_id = session.mint.new_id("call_")
                waiting.setdefault(part.name, []).append(call_id)
                parts.append(replace(part, call_id=call_id))
            elif isinstance(part, ResultPart) and not part.call_id:
                ids = waiting.get(part.name or "")
                # A result that nothing asked for keeps an id of its own: the upstream is to say that it is one.
                call_id = ids.pop(0) if ids else session.mint.new_id("call_")
                parts.append(replace(part, call_id=call_id, name=None))
            else:
                parts.append(part)
        present.append(replace(message, parts=tuple(parts)))
    return tuple(present)


def _lacks_id(part: Part) -> bool:
    return isinstance(part, CallPart | ResultPart) and not part.call_id
