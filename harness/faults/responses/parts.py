"""The content parts of an item: how they are announced, counted and finished."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.fault import manner
from harness.faults.mutation import Addition, Edit, Neighbours, Omission
from harness.faults.responses.items import DONE, PART_ADDED, PART_DONE, broken_off, part, whole_items

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class PartAddedMissing(Omission):
    """A `content_part.added` is left out.

    OpenAI's Python client has no list entry for the text, and raises an IndexError.
    """

    name: ClassVar[str] = "part_added_missing"
    example: ClassVar[str] = "part_added_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-PART-001", "RESP-PART-005", "RESP-RSN-004")
    wanted: ClassVar[str] = "content_part.added"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == PART_ADDED


@dataclass(frozen=True, kw_only=True)
class PartAddedMalformed(Edit):
    """An added part has a null text, text already, or null annotations."""

    name: ClassVar[str] = "part_added_malformed"
    example: ClassVar[str] = "part_added_malformed:how=annotations_absent"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "text_null": ("RESP-PART-003", "RESP-ENV-004"),
        "text_full": ("RESP-PART-003",),
        "annotations_null": ("RESP-PART-003", "RESP-ENV-004"),
        "annotations_absent": ("RESP-PART-003", "RESP-ENV-004"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "added part of text"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        one = part(value) if value.get("type") == PART_ADDED else {}
        if (
            one.get("type") != "output_text"
            or "text" not in one
            or "annotations" not in one
            or not stream.here()
        ):
            return False
        if self.how == "annotations_absent":
            del one["annotations"]
        elif self.how == "annotations_null":
            one["annotations"] = None
        else:
            one["text"] = None if self.how == "text_null" else "Well, "
        return True


@dataclass(frozen=True, kw_only=True)
class PartType(Edit):
    """The parts of a message are announced and finished as reasoning."""

    name: ClassVar[str] = "part_type"
    example: ClassVar[str] = "part_type"
    breaks: ClassVar[tuple[str, ...]] = (
        "RESP-PART-004",
        "RESP-PART-007",
        "RESP-PART-005",
        "RESP-TEXT-002",
        "XLAT-TEXT-001",
    )
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "part of text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if part(value).get("type") != "output_text" or not stream.here():
            return False
        part(value)["type"] = "reasoning_text"
        return True


@dataclass(frozen=True, kw_only=True)
class ContentIndex(Edit):
    """The `content_index` grows with every delta, is -1, or too high."""

    name: ClassVar[str] = "content_index"
    example: ClassVar[str] = "content_index:how=high"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "grows": ("RESP-PART-002", "RESP-PART-001"),
        "minus": ("RESP-PART-002",),
        "high": ("RESP-PART-002",),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "event with a content_index"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        number = value.get("content_index")
        delta = string(value.get("type")).endswith(".delta")
        if type(number) is not int or (self.how == "grows" and not delta):
            return False
        if self.how == "grows":
            seen = stream.notes.get("deltas", 0)
            stream.notes["deltas"] = seen + 1
            if not seen or not stream.here():
                return False
            value["content_index"] += seen
            return True
        if not stream.here():
            return False
        value["content_index"] += -1 if self.how == "minus" else 5
        return True


@dataclass(frozen=True, kw_only=True)
class PartDoneMissing(Omission):
    """A `content_part.done` is left out."""

    name: ClassVar[str] = "part_done_missing"
    example: ClassVar[str] = "part_done_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-PART-005", "RESP-PART-006")
    wanted: ClassVar[str] = "content_part.done"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == PART_DONE


@dataclass(frozen=True, kw_only=True)
class PartDoneRepeated(Addition):
    """A `content_part.done` comes twice."""

    name: ClassVar[str] = "part_done_repeated"
    example: ClassVar[str] = "part_done_repeated"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-PART-005",)
    wanted: ClassVar[str] = "content_part.done"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        return [dict(value)] if value.get("type") == PART_DONE else []


@dataclass(frozen=True, kw_only=True)
class PartDoneLate(Neighbours):
    """A `content_part.done` comes after the `output_item.done` of its item."""

    name: ClassVar[str] = "part_done_late"
    example: ClassVar[str] = "part_done_late"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-PART-006", "RESP-ITEM-014", "RESP-PART-005")
    wanted: ClassVar[str] = "content_part.done right before output_item.done"
    first: ClassVar[str] = PART_DONE
    second: ClassVar[str] = DONE


@dataclass(frozen=True, kw_only=True)
class ItemContentCount(Edit):
    """A finished message has one part more than came, in `output_item.done` and at the end."""

    name: ClassVar[str] = "item_content_count"
    example: ClassVar[str] = "item_content_count"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-PART-008",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "finished message"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [
            one
            for _, one in whole_items(value)
            if one.get("type") == "message" and isinstance(one.get("content"), list)
        ]
        if not found or not stream.here():
            return False
        for one in found:
            one["content"].append({"type": "output_text", "text": "", "annotations": [], "logprobs": []})
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """A failed response never says what was in the item."""
        return broken_off(exchange)
