"""A text goes on after it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Mutation
from harness.faults.responses.items import TEXT_DELTA, TEXT_DONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class DeltaAfterTextDone(Mutation):
    """The last `output_text.delta` comes after its `output_text.done`."""

    name: ClassVar[str] = "delta_after_text_done"
    example: ClassVar[str] = "delta_after_text_done"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TEXT-004", "RESP-TEXT-001", "RESP-TEXT-005")
    moves_numbers: ClassVar[bool] = True
    wanted: ClassVar[str] = "output_text.done right after a delta"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        held: Event | None = None
        for event in stream:
            if held is not None and event.kind == TEXT_DONE and stream.here():
                yield event
                yield held
                held = None
                continue
            if held is not None:
                yield held
            held = event if event.kind == TEXT_DELTA else None
            if held is None:
                yield event
        if held is not None:
            yield held
