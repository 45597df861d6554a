"""The model thinks after it has spoken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Mutation, number_of
from harness.faults.responses.items import ADDED, DONE, known, output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ReasoningAfterMessage(Mutation):
    """A reasoning item comes after the last message."""

    name: ClassVar[str] = "reasoning_after_message"
    example: ClassVar[str] = "reasoning_after_message"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-RSN-006", "XLAT-RSN-002")
    moves_numbers: ClassVar[bool] = True
    wanted: ClassVar[str] = "message at the end of a completed response"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            count = known(event.value, stream)
            whole = event.kind == "response.completed"
            spoken = whole and [one.get("type") for one in output(event.value)][-1:] == ["message"]
            if spoken and number_of(event) is not None and stream.here():
                new = {"type": "reasoning", "id": "rs_late", "summary": []}
                for kind in (ADDED, DONE):
                    yield event.like({"type": kind, "sequence_number": 0, "output_index": count, "item": new})
                event.value["response"]["output"] = [*output(event.value), new]
                yield event.rewritten()
            else:
                yield event
