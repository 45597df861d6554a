"""Where one choice stands in the protocol, and one entry of a chunk that moves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from harness.dialects.chat import grammar as g
from harness.dialects.chat.state import Choice
from harness.dialects.signal import Mark, Signal

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.dialects.chat.state import Call


def not_yet(text: str) -> int:
    """In place of a write while the careful path has to see every piece."""
    raise TypeError(text)


class Follower:
    """Where one choice stands in the protocol.

    Attributes:
        choice: What it amounts to.
        state: Its state, of `grammar.CHOICE`.
        width: How many keys its latest vetted entry had.
        write: Appends to the content, once the text is known to come in increments.
        growing: Wire index of the call that grows.
        write_arguments: Appends to the arguments of that call.
        calls: The calls by wire index, where that is known; the latest one of each.
        named: The calls by id; the first one of each.
        call: The call that the latest fragment was of.
        states: The states of the calls, of `grammar.CALL`.
        watched: The first deltas of the text; None once they were seen to be increments.
        told: What was given that is given once a choice, or once a call.
    """

    __slots__ = (
        "call", "calls", "choice", "growing", "named", "state", "states", "told", "watched", "width", "write",
        "write_arguments",
    )  # fmt: skip

    def __init__(self, index: int, at: Mark) -> None:
        self.choice = Choice(index, at)
        self.state = g.STRANGER
        self.width = -1
        self.write: Callable[[str], int] = not_yet
        self.growing: int | None = None
        self.write_arguments: Callable[[str], int] = not_yet
        self.calls: dict[int, Call] = {}
        self.named: dict[str, Call] = {}
        self.call: Call | None = None
        self.states: dict[Call, str] = {}
        self.watched: list[str] | None = []
        self.told: set[object] = set()


class Entry(NamedTuple):
    """One entry of a chunk's `choices` while it is taken.

    Args:
        follower: The choice that it is of.
        value: The entry.
        delta: Its delta; empty where it has none.
        pointer: Where it is in the chunk.
        at: The event.
        said: The signals of the chunk so far.
    """

    follower: Follower
    value: dict[str, Any]
    delta: dict[str, Any]
    pointer: str
    at: Mark
    said: list[Signal]

    @property
    def choice(self) -> Choice:
        """What the choice amounts to."""
        return self.follower.choice

    def say(self, kind: str, where: str, expected: str | None = None, found: str | None = None) -> None:
        """Give a signal about the choice; `where` is relative to the entry."""
        self.said.append(Signal(kind, self.choice, self.pointer + where, expected, found))

    def once(self, kind: str, where: str, expected: str | None = None, found: str | None = None) -> None:
        """Give a signal about the choice, unless it was given for this choice before."""
        if kind not in self.follower.told:
            self.follower.told.add(kind)
            self.say(kind, where, expected, found)

    def move(self, what: str, where: str) -> None:
        """Move the choice, or say why the table has no such move."""
        follower = self.follower
        after = g.CHOICE[follower.state].get(what)
        if after is not None:
            follower.state = after
        elif (kind := g.REFUSED.get((follower.state, what))) is not None:
            choice = self.choice
            earlier = choice.finished if follower.state == g.FINISHED else choice.opened
            self.said.append(Signal(kind, choice, self.pointer + where, earlier=earlier))
            if follower.state == g.STRANGER:  # adopted: it talks without a role
                follower.state = g.CHOICE[g.TALKING][what]
