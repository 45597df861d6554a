"""Arguments do not say which call they are of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit
from harness.faults.responses.items import ARGUMENTS_DELTA, ARGUMENTS_DONE

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ArgumentsUnaddressed(Edit):
    """No event of arguments has `item_id` or `output_index`."""

    name: ClassVar[str] = "arguments_unaddressed"
    example: ClassVar[str] = "arguments_unaddressed"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-FC-007", "RESP-ITEM-002", "RESP-ITEM-007", "RESP-ENV-004")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "event of arguments"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if (
            value.get("type") not in {ARGUMENTS_DELTA, ARGUMENTS_DONE}
            or "item_id" not in value
            or not stream.here()
        ):
            return False
        value.pop("item_id")
        value.pop("output_index", None)
        return True
