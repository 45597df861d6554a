"""A call becomes another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.fault import manner
from harness.faults.mutation import Edit
from harness.faults.responses.items import DONE, item, output

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class CallIdChanges(Edit):
    """The `call_id` of a tool call is another one in `output_item.done`, or in the final output.

    The client answers a call that the model never made.
    """

    name: ClassVar[str] = "call_id_changes"
    example: ClassVar[str] = "call_id_changes:how=final"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "done": ("RESP-ITEM-009", "RESP-FC-006", "RESP-TERM-002", "XLAT-TOOL-004"),
        "final": ("RESP-ITEM-009", "RESP-FC-006", "RESP-TERM-002"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "finished tool call"

    how: str = manner(breaks_by_how, "Where it changes.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [item(value)] if self.how == "done" and value.get("type") == DONE else []
        found = output(value) if self.how == "final" else found
        for one in found:
            if (
                one.get("type") in {"function_call", "custom_tool_call"}
                and string(one.get("call_id"))
                and stream.here()
            ):
                one["call_id"] += "x"
                return True
        return False
