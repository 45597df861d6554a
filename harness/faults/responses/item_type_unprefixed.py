"""An item of no known type comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Mutation, number_of
from harness.faults.responses.items import ADDED, DONE, known, output, terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ItemTypeUnprefixed(Mutation):
    """Before the end, an item of a type comes that OpenAI does not have, and that has no vendor's slug in
    front.
    """

    name: ClassVar[str] = "item_type_unprefixed"
    example: ClassVar[str] = "item_type_unprefixed"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ITEM-019", "RESP-ENV-004")
    moves_numbers: ClassVar[bool] = True
    wanted: ClassVar[str] = "response.completed after an item"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        count = 0
        for event in stream:
            count = known(event.value, stream)
            if (
                event.kind == "response.completed"
                and "output" in terminal(event.value)
                and count
                and number_of(event) is not None
                and stream.here()
            ):
                new = {"type": "my_search", "id": "my_1", "status": "in_progress"}
                done = {**new, "status": "completed"}
                for kind, one in ((ADDED, new), (DONE, done)):
                    yield event.like({"type": kind, "sequence_number": 0, "output_index": count, "item": one})
                event.value["response"]["output"] = [*output(event.value), done]
                yield event.rewritten()
            else:
                yield event
