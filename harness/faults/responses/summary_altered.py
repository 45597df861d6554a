"""A summary is another one throughout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import entries, string, table
from harness.faults.mutation import Edit
from harness.faults.responses.items import whole_items

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


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


_DELTAS = ("response.reasoning_summary_text.delta", "response.reasoning_text.delta")
