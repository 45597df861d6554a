"""An item begins before the last has ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Mutation
from harness.faults.responses.items import ADDED, DONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ItemsOverlap(Mutation):
    """An `output_item.added` comes before the `output_item.done` in front of it.

    Legal, but clients with one active item mix the two. Official streams do it with lists of MCP tools.
    """

    name: ClassVar[str] = "items_overlap"
    example: ClassVar[str] = "items_overlap"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ITEM-015",)
    moves_numbers: ClassVar[bool] = True
    wanted: ClassVar[str] = "item right after another"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        held: Event | None = None
        for event in stream:
            if held is not None and event.kind == ADDED and stream.here():
                yield event
                yield held
                held = None
                continue
            if held is not None:
                yield held
            held = event if event.kind == DONE else None
            if held is None:
                yield event
        if held is not None:
            yield held
