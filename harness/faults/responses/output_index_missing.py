"""Events do not say which item they are of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class OutputIndexMissing(Edit):
    """The events of one type have no `output_index`."""

    name: ClassVar[str] = "output_index_missing"
    example: ClassVar[str] = "output_index_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ITEM-002", "RESP-ENV-004")
    wanted: ClassVar[str] = "event with an output_index"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if type(value.get("output_index")) is not int or not stream.here():
            return False
        del value["output_index"]
        return True
