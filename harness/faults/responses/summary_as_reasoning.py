"""A summary is sold as the reasoning itself."""

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
