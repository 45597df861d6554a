"""A cut answer does not say why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit
from harness.faults.responses.items import terminal

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class IncompleteDetailsMissing(Edit):
    """`response.incomplete` has no `incomplete_details`."""

    name: ClassVar[str] = "incomplete_details_missing"
    example: ClassVar[str] = "incomplete_details_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-LIFE-008", "XLAT-FIN-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "response.incomplete with details"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("type") != "response.incomplete" or not terminal(value).get("incomplete_details"):
            return False
        if not stream.here():
            return False
        terminal(value)["incomplete_details"] = None
        return True
