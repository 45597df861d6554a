"""What every event says of itself: its type, its number, and the fields that its type requires."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.fault import manner
from harness.faults.mutation import Addition, Edit, Mutation
from harness.faults.responses.items import response, scoped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.faults.event import Event, Json
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


@dataclass(frozen=True, kw_only=True)
class TypeAbsent(Addition):
    """An event comes whose JSON has no `type`.

    Nothing recorded is lost: the event comes behind one of an item, and repeats what that says.
    """

    name: ClassVar[str] = "type_absent"
    example: ClassVar[str] = "type_absent"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ENV-001",)
    wanted: ClassVar[str] = "event of an item"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        return [{name: one for name, one in value.items() if name != "type"}] if scoped(value) else []


@dataclass(frozen=True, kw_only=True)
class TypeUnknown(Addition):
    """An event of a type comes that OpenAI does not have, and that has no vendor's slug in front.

    OpenAI's Node client throws at it.
    """

    name: ClassVar[str] = "type_unknown"
    example: ClassVar[str] = "type_unknown"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ENV-003",)
    wanted: ClassVar[str] = "event of an item"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        if not scoped(value):
            return []
        return [{"type": "response.heartbeat", "sequence_number": value.get("sequence_number", 0)}]


@dataclass(frozen=True, kw_only=True)
class EventFieldAbsent(Edit):
    """An event lacks its delta, item_id, content_index or summary_index."""

    name: ClassVar[str] = "event_field_absent"
    example: ClassVar[str] = "event_field_absent:how=part"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "delta": (
            "RESP-ENV-004",
            "RESP-TEXT-001",
            "RESP-REF-001",
            "RESP-FC-001",
            "RESP-CTC-001",
            "RESP-RSN-003",
            "RESP-TOOL-008",
            "RESP-TOOL-009",
            "XLAT-RSN-004",
            "XLAT-TEXT-001",
            "XLAT-TOOL-001",
        ),
        "item_id": (
            "RESP-ENV-004",
            "RESP-ITEM-007",
            "RESP-FC-007",
        ),
        "content_index": (
            "RESP-ENV-004",
            "RESP-PART-002",
        ),
        "summary_index": (
            "RESP-ENV-004",
            "RESP-RSN-002",
        ),
        "item": ("RESP-ENV-004",),
        "part": ("RESP-ENV-004",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "event with that field"

    how: str = manner(breaks_by_how, "Which field it lacks.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if (
            self.how not in value
            or not string(value.get("type")).startswith("response.")
            or not stream.here()
        ):
            return False
        del value[self.how]
        return True


@dataclass(frozen=True, kw_only=True)
class EventFieldType(Edit):
    """The `output_index` of an event is a string, or its `delta` a number."""

    name: ClassVar[str] = "event_field_type"
    example: ClassVar[str] = "event_field_type:how=delta"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "output_index": (
            "RESP-ENV-004",
            "RESP-ITEM-002",
            "RESP-FC-007",
        ),
        "delta": (
            "RESP-ENV-004",
            "RESP-TEXT-001",
            "RESP-REF-001",
            "RESP-FC-001",
            "RESP-CTC-001",
            "RESP-RSN-003",
            "RESP-TOOL-008",
            "RESP-TOOL-009",
            "XLAT-TEXT-001",
            "XLAT-TOOL-001",
            "XLAT-TOOL-005",
        ),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "event with that field"

    how: str = manner(breaks_by_how, "Which field it is.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if self.how not in value or not scoped(value) or not stream.here():
            return False
        value[self.how] = str(value[self.how]) if self.how == "output_index" else 17
        return True


@dataclass(frozen=True, kw_only=True)
class Sequence(Edit):
    """The sequence numbers are absent, all zero, begin at one, jump or repeat.

    A client that resumes after a number skips events, or applies one twice.
    """

    name: ClassVar[str] = "sequence"
    example: ClassVar[str] = "sequence:how=text"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "absent": ("RESP-SEQ-001",),
        "zero": ("RESP-SEQ-004",),
        "from1": ("RESP-SEQ-002",),
        "gap": ("RESP-SEQ-003",),
        "repeat": ("RESP-SEQ-004",),
        "text": ("RESP-SEQ-001", "RESP-ENV-004"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "sequence number"

    how: str = manner(breaks_by_how, "What is wrong with them.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change the number; whether it did."""
        number = value.get("sequence_number")
        if type(number) is not int:
            return False
        first = "seen" not in stream.notes
        stream.notes["seen"] = True
        begins_at_first = self.how in {"absent", "zero", "from1", "text"}
        if first is begins_at_first and (not first or stream.places == 0) and stream.here():
            stream.notes["on"] = True
        if "on" not in stream.notes:
            return False
        if self.how == "absent":
            del value["sequence_number"]
            return True
        shift = {"from1": 1, "gap": 1, "repeat": -1}.get(self.how, 0)
        value["sequence_number"] = (
            str(number) if self.how == "text" else 0 if self.how == "zero" else number + shift
        )
        return bool(shift) or self.how == "text" or (self.how == "zero" and number != 0)


@dataclass(frozen=True, kw_only=True)
class ObfuscationOnDone(Edit):
    """An event that is no delta has `obfuscation`."""

    name: ClassVar[str] = "obfuscation_on_done"
    example: ClassVar[str] = "obfuscation_on_done"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-OBF-001",)
    wanted: ClassVar[str] = "event that is no delta"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not scoped(value) or string(value.get("type")).endswith(".delta") or not stream.here():
            return False
        value["obfuscation"] = "abcdef"
        return True
