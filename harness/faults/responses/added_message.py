"""A message begins without a place for its text."""

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
class AddedMessage(Edit):
    """An added message has null `content`, content already, or another role."""

    name: ClassVar[str] = "added_message"
    example: ClassVar[str] = "added_message:how=role_absent"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "content_null": ("RESP-ITEM-016", "RESP-ENV-004"),
        "content_full": ("RESP-ITEM-016",),
        "role_user": ("RESP-ITEM-016", "RESP-ENV-004"),
        "role_absent": ("RESP-ITEM-016", "RESP-ENV-004"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "added message"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        one = item(value, "message") if value.get("type") == ADDED else {}
        if "content" not in one or "role" not in one or not stream.here():
            return False
        if self.how == "role_absent":
            del one["role"]
        elif self.how == "role_user":
            one["role"] = "user"
        else:
            one["content"] = (
                None
                if self.how == "content_null"
                else [{"type": "output_text", "text": "", "annotations": []}]
            )
        return True
