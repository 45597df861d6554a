"""The adjacency repair: every call next to its result, for upstreams that refuse a conversation without that.

Responses takes items in any order. Chat Completions, Gemini and Anthropic want one assistant's message with all calls
of the turn, and directly behind it the result of each, in the order of the calls. Nothing else is reordered or lost:

- what the assistant says or calls before the last result of its turn is in is part of that turn;
- a result that stands too late, behind words of the user, is moved up to its call;
- a call without a result is given one that says so (L140), if the session's manner wants that;
- of several results of a call the last counts, in the place of the first (L142);
- a result without a call (L141) is given a call where the tool's name is known, and is left out where it is not;
- what the client ran of the provider's own tools is told in words or left out (L145, L146).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from harness.errors import RequestRefused
from harness.translation.requests.foreign import foreign_text
from harness.turn.conversation import CallPart, Message, OpaquePart, ResultPart, TextPart

if TYPE_CHECKING:
    from harness.translation.session import Session
    from harness.turn.conversation import Part

_NO_OUTPUT: Final = "no output"


def repaired(messages: tuple[Message, ...], session: Session) -> tuple[Message, ...]:
    """The conversation with calls and results next to each other.

    Args:
        messages: As a parser gave them, every call with an id.
        session: Its manner says what becomes of calls without results and of foreign items; losses are noted there.

    Returns:
        Messages of the role "tool" stand directly behind the assistant's message that they answer, one for each call.
        A message in which nothing had to be changed is the very object that was given.

    Raises:
        RequestRefused: A call has no result, and the manner calls that an error.
    """
    told = _without_foreign(messages, session)
    pairs = _Pairs(told)
    sent: list[Message] = []
    done: set[int] = set()
    for index, message in enumerate(told):
        if index in done:
            continue
        if message.role == "tool" and any(isinstance(part, ResultPart) for part in message.parts):
            sent += _orphans(message, index, pairs, session)
        elif not any(isinstance(part, CallPart) for part in message.parts):
            sent.append(message)
        else:
            turn, calls = _turn(told, index, pairs, done)
            sent.append(turn)
            sent += _results(calls, told, session)
    for earlier, result in pairs.superseded:
        session.lose("L142", earlier.at, result.at)
    return tuple(sent)


# -- which result answers which call


@dataclass(slots=True)
class _Call:
    part: CallPart
    message: int
    result: tuple[int, ResultPart] | None = None
    first: int = -1
    """Message of its first result, which is where it was answered."""


@dataclass(slots=True)
class _Pairs:
    """Calls and results of a conversation, matched by id and, where ids repeat, by order."""

    messages: tuple[Message, ...]
    calls: dict[int, list[_Call]] = field(default_factory=dict)
    answering: set[tuple[int, int]] = field(default_factory=set)
    """Places (message, part) of results that have a call, and are told where that is."""
    superseded: list[tuple[ResultPart, ResultPart]] = field(default_factory=list)

    def __post_init__(self) -> None:
        waiting: dict[str, deque[_Call]] = {}
        answered: dict[str, _Call] = {}
        early: dict[str, deque[tuple[int, int, ResultPart]]] = {}
        for index, message in enumerate(self.messages):
            for number, part in enumerate(message.parts):
                if isinstance(part, CallPart):
                    call = _Call(part, index)
                    self.calls.setdefault(index, []).append(call)
                    ahead = early.get(part.call_id)
                    if ahead:
                        place, where, result = ahead.popleft()
                        self._answer(call, place, where, result)
                        answered[part.call_id] = call
                    else:
                        waiting.setdefault(part.call_id, deque()).append(call)
                elif isinstance(part, ResultPart):
                    queue = waiting.get(part.call_id)
                    if queue:
                        answered[part.call_id] = queue.popleft()
                    elif part.call_id not in answered:
                        early.setdefault(part.call_id, deque()).append((index, number, part))
                        continue
                    self._answer(answered[part.call_id], index, number, part)

    def _answer(self, call: _Call, index: int, number: int, result: ResultPart) -> None:
        self.answering.add((index, number))
        if call.result is None:
            call.first = index
        else:
            self.superseded.append((call.result[1], result))
        call.result = (index, result)


# -- turns


def _turn(
    messages: tuple[Message, ...], index: int, pairs: _Pairs, done: set[int]
) -> tuple[Message, list[_Call]]:
    """The assistant's message at that place with what belongs to its turn, and its calls."""
    turn = messages[index]
    calls = list(pairs.calls[index])
    last = max((call.first for call in calls), default=-1)
    at = index + 1
    while at < last and messages[at].role in {"assistant", "tool"}:
        more = messages[at]
        if more.role == "assistant":
            done.add(at)
            turn = _joined(turn, more)
            added = pairs.calls.get(at, [])
            calls += added
            last = max([last, *(call.first for call in added)])
        at += 1
    return turn, calls


def _joined(first: Message, second: Message) -> Message:
    return replace(
        first,
        parts=first.parts + second.parts,
        is_text=False,
        phase=first.phase or second.phase,
        extra={**second.extra, **first.extra},
        items=(),
    )


def _results(calls: list[_Call], messages: tuple[Message, ...], session: Session) -> list[Message]:
    """A message for each call's result, in the order of the calls."""
    sent: list[Message] = []
    for call in calls:
        if call.result is not None:
            index, result = call.result
            message = messages[index]
            sent.append(message if message.parts == (result,) else replace(message, parts=(result,)))
        elif (stub := _stub(call.part, session)) is not None:
            sent.append(stub)
    return sent


def _stub(call: CallPart, session: Session) -> Message | None:
    """What is told of a call that nobody answered; None where it is left as it is."""
    manner = session.manner.stub_results
    if manner == "keep":
        return None
    if manner == "error":
        kind = "custom tool" if call.kind == "custom" else "function"
        is_chat = session.request is not None and session.request.dialect == "chat"
        raise RequestRefused(
            f"No tool output found for {kind} call {call.call_id}.", param="messages" if is_chat else "input"
        )
    session.lose("L140", call.at)
    result = ResultPart(
        call_id=call.call_id,
        parts=(TextPart(text=_NO_OUTPUT, at=call.at),),
        kind=call.kind,
        name=call.name,
        at=call.at,
    )
    return Message(role="tool", parts=(result,), at=call.at)


def _orphans(message: Message, index: int, pairs: _Pairs, session: Session) -> list[Message]:
    """What is told, in place, of the results in a message that no call asked for."""
    sent: list[Message] = []
    for number, part in enumerate(message.parts):
        if not isinstance(part, ResultPart) or (index, number) in pairs.answering:
            continue
        session.lose("L141", part.at, part.call_id)
        if part.name is not None and session.manner.stub_results == "stub":
            arguments = "{}" if part.kind == "function" else ""
            call = CallPart(
                call_id=part.call_id, name=part.name, arguments=arguments, kind=part.kind, at=part.at
            )
            sent += [
                Message(role="assistant", parts=(call,), at=part.at),
                message if len(message.parts) == 1 else replace(message, parts=(part,)),
            ]
    return sent


# -- foreign items


def _without_foreign(messages: tuple[Message, ...], session: Session) -> tuple[Message, ...]:
    """The conversation without what only another dialect than the upstream's has a name for and the client ran."""
    told: list[Message] = []
    for message in messages:
        if not any(_is_foreign(message, part, session) for part in message.parts):
            told.append(message)
            continue
        parts: list[Part] = []
        for part in message.parts:
            if not isinstance(part, OpaquePart) or not _is_foreign(message, part, session):
                parts.append(part)
            elif (text := foreign_text(session, part)) is not None:
                parts.append(TextPart(text=text, at=part.at))
        if not parts:
            continue
        # What the client's tool said is the client's word, where there is no call that it could answer.
        is_word = message.role == "tool" and not any(isinstance(part, ResultPart) for part in parts)
        changed = replace(message, parts=tuple(parts), is_text=False, items=())
        told.append(replace(changed, role="user") if is_word else changed)
    return tuple(told)


def _is_foreign(message: Message, part: Part, session: Session) -> bool:
    return (
        isinstance(part, OpaquePart)
        and part.dialect != session.upstream
        and (part.has_result or message.role == "tool")
    )
