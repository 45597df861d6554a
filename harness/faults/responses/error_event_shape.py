"""An error in a stream says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import manner
from harness.faults.mutation import Mutation, number_of
from harness.faults.responses.items import scoped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.faults.event import Event, Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ErrorEventShape(Mutation):
    """The stream ends with an `error` event that is flat or has no message."""

    name: ClassVar[str] = "error_event_shape"
    example: ClassVar[str] = "error_event_shape:how=string"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "flat": (
            "RESP-LIFE-011",
            "RESP-LIFE-012",
            "XLAT-FIN-001",
        ),
        "no_message": (
            "RESP-LIFE-011",
            "RESP-LIFE-012",
            "RESP-ENV-004",
            "XLAT-FIN-001",
        ),
        "string": (
            "RESP-LIFE-011",
            "RESP-LIFE-012",
            "RESP-ENV-004",
            "XLAT-FIN-001",
        ),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "event of an item"

    how: str = manner(breaks_by_how, "What the event is like.")

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        flat = {"code": "server_error", "message": "The server had an error.", "param": None}
        shapes: dict[str, Json] = {
            "flat": flat,
            "no_message": {"error": {"type": "server_error"}},
            "string": {"error": "boom"},
        }
        for event in stream:
            yield event
            if scoped(event.value) and stream.here():
                number = number_of(event)
                count = {} if number is None else {"sequence_number": number + 1}
                yield event.like({"type": "error", **count, **shapes[self.how]})
                return
