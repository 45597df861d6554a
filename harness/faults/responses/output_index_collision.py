"""Two items have one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class OutputIndexCollision(Edit):
    """The second item has the `output_index` of the first, in all its events."""

    name: ClassVar[str] = "output_index_collision"
    example: ClassVar[str] = "output_index_collision"
    breaks: ClassVar[tuple[str, ...]] = (
        "RESP-ITEM-003",
        "RESP-ITEM-004",
        "RESP-ITEM-007",
        "RESP-ITEM-013",
        "RESP-ITEM-014",
        "RESP-PART-002",
        "XLAT-ID-002",
    )
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "second item"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("output_index") != 1 or not stream.here():
            return False
        value["output_index"] = 0
        return True
