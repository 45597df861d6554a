"""A call is named like its item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.mutation import Edit
from harness.faults.responses.items import item, output

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class CallIdIsItemId(Edit):
    """The `call_id` of every tool call is the id of its item.

    The stream stays legal; only who knows the upstream can tell.
    """

    name: ClassVar[str] = "call_id_is_item_id"
    example: ClassVar[str] = "call_id_is_item_id"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-TOOL-003", "XLAT-TOOL-004")
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "tool call with two ids"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [
            one
            for one in [item(value), *output(value)]
            if string(one.get("call_id")) and string(one.get("id")) and one["id"] != one["call_id"]
        ]
        if not found or not stream.here():
            return False
        for one in found:
            one["call_id"] = one["id"]
        return True
