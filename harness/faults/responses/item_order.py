"""Where items stand: when they are added and done, in which order they come, and how they are counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Addition, Edit, Mutation, Neighbours, Omission
from harness.faults.responses.items import ADDED, DONE, ends_with, output, resumed, scoped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Event, Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ItemAddedMissing(Omission):
    """An `output_item.added` is left out.

    Clients that need an active item drop all that follows.
    """

    name: ClassVar[str] = "item_added_missing"
    example: ClassVar[str] = "item_added_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ITEM-001", "RESP-ITEM-013", "RESP-ITEM-004")
    wanted: ClassVar[str] = "output_item.added"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == ADDED

    def equivalent(self, exchange: Exchange) -> str | None:
        """The item may have been added before a resumed stream."""
        return resumed(exchange)


@dataclass(frozen=True, kw_only=True)
class ItemAddedRepeated(Addition):
    """An `output_item.added` comes twice."""

    name: ClassVar[str] = "item_added_repeated"
    example: ClassVar[str] = "item_added_repeated"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ITEM-003", "RESP-ITEM-005")
    wanted: ClassVar[str] = "output_item.added"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        return [dict(value)] if value.get("type") == ADDED else []


@dataclass(frozen=True, kw_only=True)
class ItemDoneMissing(Omission):
    """An `output_item.done` is left out."""

    name: ClassVar[str] = "item_done_missing"
    example: ClassVar[str] = "item_done_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ITEM-012", "RESP-PART-006")
    wanted: ClassVar[str] = "output_item.done"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == DONE

    def equivalent(self, exchange: Exchange) -> str | None:
        """Items may stay open where a response is cut or fails."""
        return None if ends_with(exchange, "response.completed") else "the response is not completed"


@dataclass(frozen=True, kw_only=True)
class ItemDoneRepeated(Addition):
    """An `output_item.done` comes twice."""

    name: ClassVar[str] = "item_done_repeated"
    example: ClassVar[str] = "item_done_repeated"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ITEM-013", "RESP-ITEM-014")
    wanted: ClassVar[str] = "output_item.done"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        return [dict(value)] if value.get("type") == DONE else []


@dataclass(frozen=True, kw_only=True)
class ItemsOverlap(Neighbours):
    """An `output_item.added` comes before the `output_item.done` in front of it.

    Legal, but clients with one active item mix the two. Official streams do it with lists of MCP tools.
    """

    name: ClassVar[str] = "items_overlap"
    example: ClassVar[str] = "items_overlap"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ITEM-015",)
    wanted: ClassVar[str] = "item right after another"
    first: ClassVar[str] = DONE
    second: ClassVar[str] = ADDED


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


@dataclass(frozen=True, kw_only=True)
class EventAfterItem(Addition):
    """The last event inside an item comes again after its `output_item.done`."""

    name: ClassVar[str] = "event_after_item"
    example: ClassVar[str] = "event_after_item"
    breaks: ClassVar[tuple[str, ...]] = (
        "RESP-ITEM-014",
        "RESP-PART-005",
        "RESP-FC-002",
        "RESP-TEXT-003",
        "RESP-RSN-003",
        "RESP-RSN-007",
    )
    wanted: ClassVar[str] = "output_item.done after an event inside the item"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        if scoped(value):
            stream.notes["last"] = value
        last = stream.notes.get("last", {})
        fits = value.get("type") == DONE and last.get("output_index") == value.get("output_index")
        return [dict(last)] if fits else []


@dataclass(frozen=True, kw_only=True)
class OutputIndexMissing(Edit):
    """The events of one type have no `output_index`."""

    name: ClassVar[str] = "output_index_missing"
    example: ClassVar[str] = "output_index_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ITEM-002", "RESP-ENV-004")
    wanted: ClassVar[str] = "event with an output_index"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if type(value.get("output_index")) is not int or not stream.here():
            return False
        del value["output_index"]
        return True


@dataclass(frozen=True, kw_only=True)
class OutputIndexFromOne(Edit):
    """The `output_index` of every event is one too high."""

    name: ClassVar[str] = "output_index_from_one"
    example: ClassVar[str] = "output_index_from_one"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ITEM-004", "RESP-TERM-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "event with an output_index"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if type(value.get("output_index")) is not int or not stream.here():
            return False
        value["output_index"] += 1
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """There may have been an item before a resumed stream."""
        return resumed(exchange)


@dataclass(frozen=True, kw_only=True)
class OutputIndexCollision(Edit):
    """The second item has the `output_index` of the first, in all its events."""

    name: ClassVar[str] = "output_index_collision"
    example: ClassVar[str] = "output_index_collision"
    breaks: ClassVar[tuple[str, ...]] = (
        "RESP-ITEM-003",
        "RESP-ITEM-004",
        "RESP-ITEM-007",
        "RESP-ITEM-013",
        "RESP-ITEM-014",
        "RESP-PART-002",
        "XLAT-ID-002",
    )
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "second item"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("output_index") != 1 or not stream.here():
            return False
        value["output_index"] = 0
        return True
