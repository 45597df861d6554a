"""What an item is called: its id and its type, in its own events and in those inside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.fault import manner
from harness.faults.mutation import Edit, Mutation, number_of
from harness.faults.responses.items import (
    ADDED,
    DONE,
    item,
    known,
    output,
    rename,
    resumed,
    scoped,
    terminal,
    whole_items,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Event, Json
    from harness.faults.mutation import Stream

_PREFIXED = ("message", "function_call", "reasoning")


@dataclass(frozen=True, kw_only=True)
class ItemIdBad(Edit):
    """The id of an item is empty, or that of the item before it, in all its events."""

    name: ClassVar[str] = "item_id_bad"
    example: ClassVar[str] = "item_id_bad:how=shared"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "empty": ("RESP-ITEM-005", "RESP-ITEM-007"),
        "shared": ("RESP-ITEM-005", "RESP-TERM-001", "RESP-TERM-002", "XLAT-ID-001"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "item with an id, the second where it is shared"

    how: str = manner(breaks_by_how, "What it is.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = string(item(value).get("id")) if value.get("type") == ADDED else ""
        if (
            found
            and (self.how == "empty" or "first" in stream.notes)
            and "old" not in stream.notes
            and stream.here()
        ):
            stream.notes["old"] = found
            stream.notes["new"] = stream.notes["first"] if self.how == "shared" else ""
        if found:
            stream.notes.setdefault("first", found)
        return "old" in stream.notes and rename(value, stream.notes["old"], stream.notes["new"])


@dataclass(frozen=True, kw_only=True)
class ItemIdPrefix(Edit):
    """The id of an item has no prefix such as `msg_`, in all its events."""

    name: ClassVar[str] = "item_id_prefix"
    example: ClassVar[str] = "item_id_prefix"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ITEM-020",)
    wanted: ClassVar[str] = "item with a prefixed id"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = string(item(value, *_PREFIXED).get("id")) if value.get("type") == ADDED else ""
        if "_" in found and "old" not in stream.notes and stream.here():
            stream.notes["old"] = found
        return "old" in stream.notes and rename(
            value, stream.notes["old"], stream.notes["old"].replace("_", "-")
        )


@dataclass(frozen=True, kw_only=True)
class ItemIdChanges(Edit):
    """The id of an item is another one in `output_item.done`, or in the final output."""

    name: ClassVar[str] = "item_id_changes"
    example: ClassVar[str] = "item_id_changes:how=final"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "done": ("RESP-ITEM-006", "RESP-TERM-002", "XLAT-ID-001"),
        "final": ("RESP-ITEM-006", "RESP-TERM-001", "RESP-TERM-002"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "finished item with an id"

    how: str = manner(breaks_by_how, "Where it changes.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [item(value)] if self.how == "done" and value.get("type") == DONE else []
        found = output(value) if self.how == "final" else found
        for one in found:
            if string(one.get("id")) and stream.here():
                one["id"] += "x"
                return True
        return False

    def equivalent(self, exchange: Exchange) -> str | None:
        """The final output of a resumed stream holds items from before."""
        return resumed(exchange) if self.how == "final" else None


@dataclass(frozen=True, kw_only=True)
class ItemIdMismatch(Edit):
    """The `item_id` of every event inside an item is not the id under which it was added.

    GitHub Copilot sends a new one with every event.
    """

    name: ClassVar[str] = "item_id_mismatch"
    example: ClassVar[str] = "item_id_mismatch"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ITEM-007",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "event with an item_id"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not scoped(value) or not string(value.get("item_id")) or not stream.here():
            return False
        value["item_id"] += f"x{stream.places}"
        return True


@dataclass(frozen=True, kw_only=True)
class ItemTypeChanges(Edit):
    """A reasoning item ends as compaction, any other as reasoning, in `output_item.done` and at the end."""

    name: ClassVar[str] = "item_type_changes"
    example: ClassVar[str] = "item_type_changes"
    breaks: ClassVar[tuple[str, ...]] = (
        "RESP-ITEM-008",
        "RESP-PART-004",
        "RESP-PART-008",
        "RESP-TEXT-002",
        "RESP-FC-001",
        "RESP-FC-005",
        "RESP-TERM-002",
        "RESP-RSN-003",
        "RESP-ENV-004",
        "XLAT-TOOL-001",
    )
    wanted: ClassVar[str] = "finished item"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("type") == DONE and string(item(value).get("id")) and stream.here():
            stream.notes["id"] = item(value)["id"]
        edited = False
        for _, one in whole_items(value):
            if "id" in stream.notes and one.get("id") == stream.notes["id"]:
                thought = one.get("type") == "reasoning"
                new = (
                    {"type": "compaction", "encrypted_content": "x"}
                    if thought
                    else {"type": "reasoning", "summary": []}
                )
                one.clear()
                one.update(new, id=stream.notes["id"])
                edited = True
        return edited


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
