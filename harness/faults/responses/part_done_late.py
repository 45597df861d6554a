"""A part ends after its item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Mutation
from harness.faults.responses.items import DONE, PART_DONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class PartDoneLate(Mutation):
    """A `content_part.done` comes after the `output_item.done` of its item."""

    name: ClassVar[str] = "part_done_late"
    example: ClassVar[str] = "part_done_late"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-PART-006", "RESP-ITEM-014", "RESP-PART-005")
    moves_numbers: ClassVar[bool] = True
    wanted: ClassVar[str] = "content_part.done right before output_item.done"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        held: Event | None = None
        for event in stream:
            if held is not None and event.kind == DONE and stream.here():
                yield event
                yield held
                held = None
                continue
            if held is not None:
                yield held
            held = event if event.kind == PART_DONE else None
            if held is None:
                yield event
        if held is not None:
            yield held
