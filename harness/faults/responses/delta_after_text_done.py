"""A text goes on after it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import manner
from harness.faults.mutation import Mutation
from harness.faults.responses.items import TEXT_DELTA, TEXT_DONE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class DeltaAfterTextDone(Mutation):
    """The last `output_text.delta` comes after its `output_text.done`, or comes there once more."""

    name: ClassVar[str] = "delta_after_text_done"
    example: ClassVar[str] = "delta_after_text_done"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "moved": ("RESP-TEXT-001", "RESP-TEXT-004", "RESP-TEXT-005"),
        "again": ("RESP-TEXT-004", "XLAT-TEXT-001"),
    }
    positional: ClassVar[str | None] = "how"
    moves_numbers: ClassVar[bool] = True
    wanted: ClassVar[str] = "output_text.done right after a delta"

    how: str = manner(breaks_by_how, "Where it comes from.")

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        held: Event | None = None
        for event in stream:
            if held is not None and event.kind == TEXT_DONE and stream.here():
                if self.how == "again":
                    yield held
                yield event
                yield held.like(held.value)
                held = None
                continue
            if held is not None:
                yield held
            held = event if event.kind == TEXT_DELTA else None
            if held is None:
                yield event
        if held is not None:
            yield held
