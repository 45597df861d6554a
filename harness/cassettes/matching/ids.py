"""Ids inside request bodies: where they stand, and how a session maps live ones to recorded ones.

Clients make ids of their own, gateways make them anew, and every later turn of a conversation sends them
back. So two requests that are equal but for ids are the same request, provided that one live id stands for
one recorded id throughout the session, and the other way round.

Ids are looked for in the conversation (`messages`, `input`, `contents`) and at the top level, under the keys
of `ID_KEYS` and `TOP_LEVEL_IDS`, and nowhere else: the id of a file, a prompt template, a vector store or a
value among a tool's arguments says which thing is meant, so it has to be equal.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.jsonvalue import JsonValue

ID_KEYS = frozenset({"id", "call_id", "tool_call_id", "tool_use_id", "item_id", "approval_request_id"})
"""Keys of messages, items, parts and calls whose string value is an id.

Chat Completions: `messages[].tool_calls[].id`, `messages[].tool_call_id`, `messages[].audio.id`. Responses:
`input[].id`, `input[].call_id`, `input[].approval_request_id`. Anthropic Messages: `content[].id`,
`content[].tool_use_id`. Gemini: `parts[].functionCall.id`, `parts[].functionResponse.id`.
"""

TOP_LEVEL_IDS = frozenset({"previous_response_id", "conversation"})
"""Top-level keys that name an earlier answer; `conversation` may also be an object with an `id`."""

CONVERSATION_KEYS = frozenset({"messages", "input", "contents"})
"""Top-level keys that hold the turns so far."""

OPAQUE_KEYS = frozenset(
    {"input", "args", "arguments", "response", "parameters", "tools", "metadata", "attributes", "source"}
)
"""Keys inside a turn whose value belongs to the user's own world: what is called `id` there is data."""

_WORD = re.compile(r"[A-Za-z0-9_-]{8,}")


class Shape(NamedTuple):
    """A body with its ids taken out.

    Args:
        value: The body, each id replaced by the number of its first occurrence (and so equal for two bodies
            exactly when one can be renamed into the other).
        ids: The ids, each once, in that order.
    """

    value: JsonValue
    ids: tuple[str, ...]


def shape(value: JsonValue) -> Shape:
    """Take the ids out of a request body; the body itself is left as it is.

    An id of at least eight letters, digits, `_` and `-` is also replaced where it stands as a whole word in
    any other string of the body (a tool's output that mentions the call, for instance); a shorter one could
    be an ordinary word or number, so it counts only under its key.

    Raises:
        RecursionError: The body is nested too deeply.
    """
    if not isinstance(value, dict):
        return Shape(value, ())
    found: dict[str, int] = {}
    for key in sorted(value):
        member = value[key]
        if key in TOP_LEVEL_IDS:
            _collect({"id": member} if isinstance(member, str) else member, found)
        elif key in CONVERSATION_KEYS:
            _collect(member, found)
    if not found:
        return Shape(value, ())
    renamed: dict[str, JsonValue] = {}
    for key, member in value.items():
        if key in TOP_LEVEL_IDS and isinstance(member, str) and member:
            renamed[key] = f"<id:{found[member]}>"
        elif key in TOP_LEVEL_IDS or key in CONVERSATION_KEYS:
            renamed[key] = _renamed(member, found)
        else:
            renamed[key] = _words_renamed(member, found)
    return Shape(renamed, tuple(found))


def _collect(value: JsonValue, found: dict[str, int]) -> None:
    """Number the ids in `value` by first occurrence, keys in sorted order."""
    if isinstance(value, list):
        for element in value:
            _collect(element, found)
    elif isinstance(value, dict):
        for key in sorted(value):
            member = value[key]
            if isinstance(member, str):
                if key in ID_KEYS and member:
                    found.setdefault(member, len(found))
            elif key not in OPAQUE_KEYS:
                _collect(member, found)


def _renamed(value: JsonValue, found: dict[str, int]) -> JsonValue:
    """`value`, a part of the conversation, with its ids replaced by their numbers."""
    if isinstance(value, list):
        return [_renamed(element, found) for element in value]
    if not isinstance(value, dict):
        return _words_renamed(value, found)
    renamed: dict[str, JsonValue] = {}
    for key, member in value.items():
        if key in ID_KEYS and isinstance(member, str) and member:
            renamed[key] = f"<id:{found[member]}>"
        elif key in OPAQUE_KEYS:
            renamed[key] = _words_renamed(member, found)
        else:
            renamed[key] = _renamed(member, found)
    return renamed


def _words_renamed(value: JsonValue, found: dict[str, int]) -> JsonValue:
    """`value` with ids replaced only where they stand as whole words of a string."""
    if isinstance(value, str):
        # Most strings mention no id, and looking is much cheaper than replacing.
        if len(value) < 8 or found.keys().isdisjoint(_WORD.findall(value)):
            return value
        return _WORD.sub(lambda word: _token(word[0], found), value)
    if isinstance(value, list):
        return [_words_renamed(element, found) for element in value]
    if isinstance(value, dict):
        return {key: _words_renamed(member, found) for key, member in value.items()}
    return value


def _token(word: str, found: dict[str, int]) -> str:
    number = found.get(word)
    return word if number is None else f"<id:{number}>"


class Conflict(NamedTuple):
    """Why a live id cannot stand for a recorded one."""

    live: str
    recorded: str
    why: str


class IdMap:
    """Which live id stands for which recorded id in one session: one to one, and never taken back."""

    def __init__(self) -> None:
        self.recorded: dict[str, str] = {}
        """Live id -> recorded id."""
        self.live: dict[str, str] = {}
        """Recorded id -> live id."""

    def conflict(
        self, recorded: Sequence[str], live: Sequence[str], known: frozenset[str] | set[str]
    ) -> Conflict | None:
        """Say why `live` cannot stand for `recorded`, pair by pair; None where it can.

        Args:
            recorded: The ids of a recorded request, as `shape` orders them.
            live: Those of a live request of the same shape.
            known: Every id of every recorded request. A live id among them is only ever itself, so that two
                conversations that differ by nothing but ids are never taken for each other.
        """
        for ours, theirs in zip(recorded, live, strict=True):
            if ours != theirs and theirs in known:
                return Conflict(theirs, ours, "it is the id of another recording")
            if self.recorded.get(theirs, ours) != ours:
                return Conflict(theirs, ours, f"this session has it stand for {self.recorded[theirs]}")
            if self.live.get(ours, theirs) != theirs:
                return Conflict(theirs, ours, f"in this session {self.live[ours]} stands for that")
        return None

    def learn(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Remember (recorded, live) pairs; what is known already stays."""
        for ours, theirs in pairs:
            self.recorded.setdefault(theirs, ours)
            self.live.setdefault(ours, theirs)
