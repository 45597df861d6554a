"""What a protocol machine says about a step: that something happened, or that it was not allowed.

A machine never judges. It follows the stream, adopts what the server sent, and tells what it noticed as
signals; the rules that subscribe to a signal turn it into a finding, or do not. So the cost of an ordinary
event does not grow with the number of rules: it makes no signal at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.jsonvalue import JsonValue
    from harness.sse.event import SseEvent

Body: TypeAlias = "dict[str, JsonValue]"


class Mark(NamedTuple):
    """Where an event lies: its index, and the byte offsets of its block."""

    event: int
    start: int
    stop: int

    @classmethod
    def of(cls, event: SseEvent) -> Mark:
        """The mark of an event."""
        return cls(event.index, event.start, event.stop)


class Signal(NamedTuple):
    """One thing that a machine noticed in one event, or at the end of the stream.

    Args:
        kind: What it is: one of the names that the dialect's grammar module lists with their meanings. The
            rules subscribe to it.
        about: The part of the state that it is about (an item, a part, a choice, a call), or None.
        pointer: JSON pointer to the member of the event's payload that shows it.
        expected: What the machine would have accepted, in short.
        found: What came.
        earlier: The event that this one contradicts.
    """

    kind: str
    about: object = None
    pointer: str = ""
    expected: str | None = None
    found: str | None = None
    earlier: Mark | None = None


Signals: TypeAlias = tuple[Signal, ...]
"""What one step gives; the empty tuple for nearly every event."""

Step: TypeAlias = "Callable[[SseEvent, Body], Signals]"
"""Moves the machine by one event whose payload fits its schema."""
