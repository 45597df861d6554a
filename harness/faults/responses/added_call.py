"""A call begins without its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import manner
from harness.faults.mutation import Edit
from harness.faults.responses.items import ADDED, item

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class AddedCall(Edit):
    """An added function call lacks its name, call_id or arguments, or has arguments already."""

    name: ClassVar[str] = "added_call"
    example: ClassVar[str] = "added_call:how=call_id_absent"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "arguments_null": ("RESP-ITEM-017", "RESP-ENV-004"),
        "arguments_full": ("RESP-ITEM-017",),
        "name_empty": ("RESP-ITEM-017", "RESP-FC-006"),
        "name_absent": ("RESP-ITEM-017", "RESP-FC-006", "RESP-ENV-004"),
        "call_id_empty": ("RESP-ITEM-017", "RESP-ITEM-009", "RESP-FC-006"),
        "call_id_absent": ("RESP-ITEM-017", "RESP-ITEM-009", "RESP-FC-006", "RESP-ENV-004"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "added function call"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        one = item(value, "function_call") if value.get("type") == ADDED else {}
        field, _, state = self.how.rpartition("_")
        if field not in one or not stream.here():
            return False
        if state == "absent":
            del one[field]
        else:
            one[field] = {"null": None, "full": "{}", "empty": ""}[state]
        return True
