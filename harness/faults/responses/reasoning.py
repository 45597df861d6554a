"""What a model thinks, and the summaries of it: how they are announced, counted, kept and placed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import entries, string, table
from harness.faults.fault import manner
from harness.faults.mutation import Edit, Mutation, Omission, number_of
from harness.faults.responses.items import ADDED, DONE, PART_ADDED, item, known, output, part, whole_items

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.faults.event import Event, Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream

_DELTAS = ("response.reasoning_summary_text.delta", "response.reasoning_text.delta")


@dataclass(frozen=True, kw_only=True)
class ReasoningAfterMessage(Mutation):
    """A reasoning item comes after the last message."""

    name: ClassVar[str] = "reasoning_after_message"
    example: ClassVar[str] = "reasoning_after_message"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-RSN-006", "XLAT-RSN-002")
    moves_numbers: ClassVar[bool] = True
    wanted: ClassVar[str] = "message at the end of a completed response"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            count = known(event.value, stream)
            whole = event.kind == "response.completed"
            spoken = whole and [one.get("type") for one in output(event.value)][-1:] == ["message"]
            if spoken and number_of(event) is not None and stream.here():
                new = {"type": "reasoning", "id": "rs_late", "summary": []}
                for kind in (ADDED, DONE):
                    yield event.like({"type": kind, "sequence_number": 0, "output_index": count, "item": new})
                event.value["response"]["output"] = [*output(event.value), new]
                yield event.rewritten()
            else:
                yield event


@dataclass(frozen=True, kw_only=True)
class ReasoningPartAddedMissing(Omission):
    """The `content_part.added` of a reasoning item is left out."""

    name: ClassVar[str] = "reasoning_part_added_missing"
    example: ClassVar[str] = "reasoning_part_added_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-RSN-004", "RESP-PART-001", "RESP-PART-005")
    wanted: ClassVar[str] = "content_part.added of reasoning"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == PART_ADDED and part(value).get("type") == "reasoning_text"


@dataclass(frozen=True, kw_only=True)
class EncryptedContentMissing(Edit):
    """No reasoning item has `encrypted_content`, though the request asks for it."""

    name: ClassVar[str] = "encrypted_content_missing"
    example: ClassVar[str] = "encrypted_content_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-RSN-005", "XLAT-RSN-003")
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "reasoning item with encrypted content that the request asks for"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        include = stream.request.get("include")
        asked = isinstance(include, list) and "reasoning.encrypted_content" in include
        found = [one for one in [item(value), *output(value)] if asked and one.get("encrypted_content")]
        if not found or not stream.here():
            return False
        for one in found:
            del one["encrypted_content"]
        return True


@dataclass(frozen=True, kw_only=True)
class SummaryPartAddedMissing(Omission):
    """A `reasoning_summary_part.added` is left out."""

    name: ClassVar[str] = "summary_part_added_missing"
    example: ClassVar[str] = "summary_part_added_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-RSN-001", "RESP-RSN-002")
    wanted: ClassVar[str] = "reasoning_summary_part.added"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == "response.reasoning_summary_part.added"


@dataclass(frozen=True, kw_only=True)
class SummaryPartDoneMissing(Omission):
    """A `reasoning_summary_part.done` is left out."""

    name: ClassVar[str] = "summary_part_done_missing"
    example: ClassVar[str] = "summary_part_done_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-RSN-007",)
    wanted: ClassVar[str] = "reasoning_summary_part.done"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == "response.reasoning_summary_part.done"


@dataclass(frozen=True, kw_only=True)
class SummaryIndex(Edit):
    """The `summary_index` of every event is one too high."""

    name: ClassVar[str] = "summary_index"
    example: ClassVar[str] = "summary_index"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-RSN-002",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "event with a summary_index"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if type(value.get("summary_index")) is not int or not stream.here():
            return False
        value["summary_index"] += 1
        return True


@dataclass(frozen=True, kw_only=True)
class SummaryDiffers(Edit):
    """The text of a summary is another one when it is done, when its part is done, or in its item."""

    name: ClassVar[str] = "summary_differs"
    example: ClassVar[str] = "summary_differs:how=item"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "text": ("RESP-RSN-003",),
        "part": ("RESP-RSN-003",),
        "item": ("RESP-RSN-003", "RESP-TERM-002"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "whole summary there"

    how: str = manner(breaks_by_how, "Where it differs.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        kind = string(value.get("type"))
        holder: Json = {}
        if self.how == "text" and kind == "response.reasoning_summary_text.done":
            holder = value
        elif self.how == "part" and kind == "response.reasoning_summary_part.done":
            holder = table(value.get("part"))
        elif self.how == "item" and kind == DONE:
            holder = next(iter(entries(item(value, "reasoning").get("summary"))), {})
        if not isinstance(holder.get("text"), str) or not stream.here():
            return False
        holder["text"] += "!"
        return True


@dataclass(frozen=True, kw_only=True)
class SummaryAltered(Edit):
    """A summary or reasoning begins with another letter than upstream sent, in every event that has it.

    The stream stays legal; only who knows the upstream can tell.
    """

    name: ClassVar[str] = "summary_altered"
    example: ClassVar[str] = "summary_altered"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-RSN-004", "XLAT-RSN-001")
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    wanted: ClassVar[str] = "delta of reasoning"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        index = value.get("output_index")
        kind = string(value.get("type"))
        if kind in _DELTAS and "place" not in stream.notes and isinstance(value.get("delta"), str):
            place = (index, value.get("summary_index", value.get("content_index")))
            if place in stream.notes.setdefault("met", []):
                return False
            stream.notes["met"].append(place)
            if not stream.here():
                return False
            stream.notes.update(place=place, list="summary" if "summary" in kind else "content")
            value["delta"] = "X" + value["delta"]
            return True
        if "place" not in stream.notes:
            return False
        index, number = stream.notes["place"]
        holders: list[Json] = []
        if (
            value.get("output_index") == index
            and value.get("summary_index", value.get("content_index")) == number
        ):
            holders = [value, table(value.get("part"))] if kind.endswith(".done") else []
        else:
            lists = [entries(one.get(stream.notes["list"])) for at, one in whole_items(value) if at == index]
            holders = [one[number] for one in lists if type(number) is int and 0 <= number < len(one)]
        found = [one for one in holders if isinstance(one.get("text"), str)]
        for one in found:
            one["text"] = "X" + one["text"]
        return bool(found)


@dataclass(frozen=True, kw_only=True)
class SummaryAsReasoning(Edit):
    """Every event of a summary comes as the same event of the reasoning's text.

    The stream stays legal; only who knows the upstream can tell.
    """

    name: ClassVar[str] = "summary_as_reasoning"
    example: ClassVar[str] = "summary_as_reasoning"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-RSN-005",)
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "summary"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        edited = False
        kind = string(value.get("type"))
        if kind.startswith("response.reasoning_summary_") and stream.here():
            value["type"] = kind.replace("reasoning_summary_part", "content_part").replace(
                "_summary_text", "_text"
            )
            value["content_index"] = value.pop("summary_index", 0)
            table(value.get("part")).update(type="reasoning_text")
            value.pop("status", None)
            edited = True
        for _, one in whole_items(value):
            if one.get("type") == "reasoning" and entries(one.get("summary")) and stream.here():
                one["content"] = [{**entry, "type": "reasoning_text"} for entry in entries(one["summary"])]
                one["summary"] = []
                edited = True
        return edited
