"""Two kinds of events that follow each other change places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Mutation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class Neighbours(Mutation):
    """An event of one kind comes after the one of another kind that it stood right before.

    Attributes:
        first: The kind that should come first.
        second: The kind right after it.
    """

    first: ClassVar[str]
    second: ClassVar[str]
    moves_numbers: ClassVar[bool] = True

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        held: Event | None = None
        for event in stream:
            if held is not None and event.kind == self.second and stream.here():
                yield event
                yield held
                held = None
                continue
            if held is not None:
                yield held
            held = event if event.kind == self.first else None
            if held is None:
                yield event
        if held is not None:
            yield held
