"""Two items change places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Mutation
from harness.faults.responses.items import output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ItemsExchanged(Mutation):
    """The first two items come in the other order, each whole, and the final output too.

    The stream stays legal; only who knows the upstream can tell.
    """

    name: ClassVar[str] = "items_exchanged"
    example: ClassVar[str] = "items_exchanged"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-RSN-002", "XLAT-TOOL-001", "XLAT-TEXT-001", "RESP-RSN-006")
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    everywhere: ClassVar[bool] = True
    moves_numbers: ClassVar[bool] = True
    wanted: ClassVar[str] = (
        "two items of different kinds, of which the first is done before the second begins"
    )

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change; what the first item has is held until the second is done."""
        held: list[Event] = []
        for event in stream:
            index = event.value.get("output_index")
            if index == 0:
                held.append(event)
                continue
            if index == 1 and held and _kinds_differ(held, event, stream):
                event.value["output_index"] = 0
                yield event.rewritten()
                continue
            for one in held:
                one.value["output_index"] = 1 if stream.notes.get("exchanged") else 0
                yield one.rewritten()
            held = []
            items = output(event.value)
            if len(items) > 1 and stream.notes.get("exchanged"):
                event.value["response"]["output"] = [items[1], items[0], *items[2:]]
                yield event.rewritten()
            else:
                yield event
        yield from held


def _kinds_differ(held: list[Event], event: Event, stream: Stream) -> bool:
    """Whether the second item, which begins or goes on here, is to come first."""
    if "exchanged" not in stream.notes:
        kinds = [one.value.get("item", {}).get("type") for one in (held[0], event)]
        stream.notes["exchanged"] = None not in kinds and kinds[0] != kinds[1] and stream.here()
    return bool(stream.notes["exchanged"])
