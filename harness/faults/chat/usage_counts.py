"""Usage counts other tokens than upstream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import usage
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class UsageCounts(Edit):
    """The prompt has one token more than upstream says, and so has the total.

    The stream stays legal; only who knows the upstream can tell.
    """

    name: ClassVar[str] = "usage_counts"
    example: ClassVar[str] = "usage_counts"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-USE-001", "XLAT-USE-002", "XLAT-USE-003", "XLAT-USE-006")
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    wanted: ClassVar[str] = "usage with a total"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        counts = usage(value)
        if (
            not all(type(counts.get(name)) is int for name in ("prompt_tokens", "total_tokens"))
            or not stream.here()
        ):
            return False
        counts["prompt_tokens"] += 1
        counts["total_tokens"] += 1
        return True
