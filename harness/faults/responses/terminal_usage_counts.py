"""The final usage counts other tokens than upstream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import table
from harness.faults.mutation import Edit
from harness.faults.responses.items import terminal

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class TerminalUsageCounts(Edit):
    """The input has one token more than upstream says, and so has the total.

    The stream stays legal; only who knows the upstream can tell.
    """

    name: ClassVar[str] = "terminal_usage_counts"
    example: ClassVar[str] = "terminal_usage_counts"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-USE-001", "XLAT-USE-002", "XLAT-USE-003", "XLAT-USE-006")
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "usage with a total"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        counts = table(terminal(value).get("usage"))
        if (
            not all(type(counts.get(key)) is int for key in ("input_tokens", "total_tokens"))
            or not stream.here()
        ):
            return False
        counts["input_tokens"] += 1
        counts["total_tokens"] += 1
        return True
