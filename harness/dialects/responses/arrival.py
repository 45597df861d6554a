"""One event on its way through the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from harness.dialects.signal import Mark, Signal

if TYPE_CHECKING:
    from harness.dialects.responses.grammar import Row
    from harness.dialects.signal import Body
    from harness.sse.event import SseEvent


class Arrival(NamedTuple):
    """An event, its row of the grammar, and what has been noticed about it.

    Args:
        kind: Its wire type.
        row: Its row; of a vendor's type, the row of the type that it means.
        event: The event.
        body: Its payload.
        fits: The payload fits its schema; otherwise what it lacks has been said.
        signals: What was noticed so far.
    """

    kind: str
    row: Row
    event: SseEvent
    body: Body
    fits: bool
    signals: list[Signal]

    @property
    def mark(self) -> Mark:
        """Where the event lies."""
        return Mark.of(self.event)

    def say(
        self,
        kind: str,
        about: object = None,
        pointer: str = "",
        *,
        expected: object = None,
        found: object = None,
        earlier: Mark | None = None,
    ) -> None:
        """Give a signal."""
        self.signals.append(
            Signal(
                kind,
                about,
                pointer,
                None if expected is None else str(expected),
                None if found is None else str(found),
                earlier,
            )
        )
