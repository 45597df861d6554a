"""An error in a stream says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, text
from harness.faults.fault import manner
from harness.faults.mutation import Mutation
from harness.faults.wire import is_done

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ChatErrorShape(Mutation):
    """The stream ends with an error that is a bare string, or has no message."""

    name: ClassVar[str] = "chat_error_shape"
    example: ClassVar[str] = "chat_error_shape:how=message_empty"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "string": (
            "CHAT-ERR-001",
            "XLAT-FIN-001",
        ),
        "message_absent": (
            "CHAT-ERR-001",
            "XLAT-FIN-001",
        ),
        "message_empty": (
            "CHAT-ERR-001",
            "XLAT-FIN-001",
        ),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "delta with text"

    how: str = manner(breaks_by_how, "What the error is.")

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        shapes = {
            "string": "boom",
            "message_absent": {"type": "server_error", "param": None, "code": None},
            "message_empty": {"message": "", "type": "server_error", "param": None, "code": None},
        }
        events = iter(stream)
        for event in events:
            yield event
            if any(text(choice) for choice in choices(event.value)) and stream.here():
                yield event.like({"error": shapes[self.how]})
                yield from (one for one in events if is_done(one.block.data))
                return
