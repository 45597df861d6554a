"""Usage comes with the finish reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, finish, usage
from harness.faults.mutation import Mutation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class UsageBesideChoices(Mutation):
    """The usage comes in the chunk with the finish reason, and not in one of its own."""

    name: ClassVar[str] = "usage_beside_choices"
    example: ClassVar[str] = "usage_beside_choices"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-USE-002", "CHAT-USE-003")
    wanted: ClassVar[str] = "usage chunk after a finish reason"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        held: Event | None = None
        for event in stream:
            if held is not None and usage(event.value) and not choices(event.value) and stream.here():
                held.value["usage"] = event.value["usage"]
                yield held.rewritten()
                held = None
                continue
            if held is not None:
                yield held
            held = event if any(finish(choice) for choice in choices(event.value)) else None
            if held is None:
                yield event
        if held is not None:
            yield held
