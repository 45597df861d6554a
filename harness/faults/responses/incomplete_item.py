"""A whole response has half an item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.mutation import Edit
from harness.faults.responses.items import DONE, ends_with, item, whole_items

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class IncompleteItem(Edit):
    """The first message or call is `incomplete`, in `output_item.done` and at the end, in a response that is
    completed.
    """

    name: ClassVar[str] = "incomplete_item"
    example: ClassVar[str] = "incomplete_item"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ITEM-018",)
    wanted: ClassVar[str] = "completed message or call"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change its status; whether it did."""
        one = item(value, "message", "function_call") if value.get("type") == DONE else {}
        if one.get("status") == "completed" and string(one.get("id")) and stream.here():
            stream.notes["id"] = one["id"]
        edited = False
        for _, found in whole_items(value):
            if "id" in stream.notes and found.get("id") == stream.notes["id"]:
                found["status"] = "incomplete"
                edited = True
        return edited

    def equivalent(self, exchange: Exchange) -> str | None:
        """A response that is not completed may have one."""
        return None if ends_with(exchange, "response.completed") else "the response is not completed"
