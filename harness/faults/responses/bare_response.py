"""A response comes without its event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Mutation
from harness.faults.responses.items import response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class BareResponse(Mutation):
    """A lifecycle event is the response itself, and does not nest it under `response`."""

    name: ClassVar[str] = "bare_response"
    example: ClassVar[str] = "bare_response"
    breaks: ClassVar[tuple[str, ...]] = (
        "RESP-ENV-002",
        "RESP-ENV-001",
        "RESP-LIFE-001",
        "RESP-LIFE-005",
        "RESP-SEQ-001",
        "RESP-SEQ-003",
    )
    wanted: ClassVar[str] = "lifecycle event"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            found = response(event.value)
            if found and stream.here():
                event.value.clear()
                event.value.update(found)
                yield event.rewritten()
            else:
                yield event
